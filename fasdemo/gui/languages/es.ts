<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es" sourcelanguage="en">
  <context>
    <name>fasdemo</name>
    <message>
      <source>LIVE</source>
      <translation>VIVO</translation>
    </message>
    <message>
      <source>SPOOF</source>
      <translation>ATAQUE</translation>
    </message>
    <message>
      <source>UNCERTAIN</source>
      <translation>DUDOSO</translation>
    </message>
    <message>
      <source>NO SOURCE</source>
      <translation>SIN FUENTE</translation>
    </message>
    <message>
      <source>OPENING</source>
      <translation>ABRIENDO</translation>
    </message>
    <message>
      <source>STARTING</source>
      <translation>INICIANDO</translation>
    </message>
    <message>
      <source>NO PICTURE</source>
      <translation>SIN IMAGEN</translation>
    </message>
    <message>
      <source>NO VERDICT</source>
      <translation>SIN RESULTADO</translation>
    </message>
    <message>
      <source>NO FACE</source>
      <translation>SIN ROSTRO</translation>
    </message>
    <message>
      <source>FROZEN</source>
      <translation>CONGELADO</translation>
    </message>
    <message>
      <source>ACCEPTED</source>
      <translation>ACEPTADO</translation>
    </message>
    <message>
      <source>ONE MOMENT</source>
      <translation>UN MOMENTO</translation>
    </message>
    <message>
      <source>WELCOME</source>
      <translation>BIENVENIDO</translation>
    </message>
    <message>
      <source>OUT OF ORDER</source>
      <translation>FUERA DE SERVICIO</translation>
    </message>
    <message>
      <source>PLEASE FOLLOW</source>
      <translation>SIGA LA INDICACIÓN</translation>
    </message>
    <message>
      <source>Open a camera, a video or a recorded session.</source>
      <translation>Abra una cámara, un vídeo o una sesión grabada.</translation>
    </message>
    <message>
      <source>Camera disconnected. Reconnecting …</source>
      <translation>Cámara desconectada. Reconectando …</translation>
    </message>
    <message>
      <source>FILE, not a live-camera decision</source>
      <translation>ARCHIVO, no es una decisión de una cámara en directo</translation>
    </message>
    <message>
      <source>RGB only: lower assurance</source>
      <translation>Solo color: menor garantía</translation>
    </message>
    <message>
      <source>VIRTUAL CAMERA, not a live-camera decision</source>
      <translation>CÁMARA VIRTUAL, no es una decisión de una cámara en directo</translation>
    </message>
    <message>
      <source>Colour</source>
      <translation>Color</translation>
    </message>
    <message>
      <source>Depth</source>
      <translation>Profundidad</translation>
    </message>
    <message>
      <source>Infrared</source>
      <translation>Infrarrojo</translation>
    </message>
    <message>
      <source>Capture</source>
      <translation>Captura</translation>
    </message>
    <message>
      <source>Find faces</source>
      <translation>Buscar rostros</translation>
    </message>
    <message>
      <source>Align</source>
      <translation>Alinear</translation>
    </message>
    <message>
      <source>Network</source>
      <translation>Red</translation>
    </message>
    <message>
      <source>Total</source>
      <translation>Total</translation>
    </message>
    <message>
      <source>Why</source>
      <translation>Por qué</translation>
    </message>
    <message>
      <source>Timing</source>
      <translation>Tiempos</translation>
    </message>
    <message>
      <source>Record</source>
      <translation>Grabar</translation>
    </message>
    <message>
      <source>Camera</source>
      <translation>Cámara</translation>
    </message>
    <message>
      <source>Subject</source>
      <translation>Sujeto</translation>
    </message>
    <message>
      <source>Shown</source>
      <translation>Se muestra</translation>
    </message>
    <message>
      <source>Verdicts</source>
      <translation>Veredictos</translation>
    </message>
    <message>
      <source>Agreement</source>
      <translation>Coincidencia</translation>
    </message>
    <message>
      <source>Recorded</source>
      <translation>Grabado</translation>
    </message>
    <message>
      <source>Length</source>
      <translation>Duración</translation>
    </message>
    <message>
      <source>Distance</source>
      <translation>Distancia</translation>
    </message>
    <message>
      <source>Lighting</source>
      <translation>Iluminación</translation>
    </message>
    <message>
      <source>Folder</source>
      <translation>Carpeta</translation>
    </message>
    <message>
      <source>All sessions</source>
      <translation>Todas las sesiones</translation>
    </message>
    <message>
      <source>Last 7 days</source>
      <translation>Últimos 7 días</translation>
    </message>
    <message>
      <source>Verdict differs from the truth</source>
      <translation>El veredicto difiere de la verdad</translation>
    </message>
    <message>
      <source>Not scored</source>
      <translation>Sin puntuar</translation>
    </message>
    <message>
      <source>attack accepted</source>
      <translation>ataque aceptado</translation>
    </message>
    <message>
      <source>live person refused</source>
      <translation>persona viva rechazada</translation>
    </message>
    <message>
      <source>uncertain</source>
      <translation>incierto</translation>
    </message>
    <message>
      <source>I agree that my face is recorded in colour, depth and infrared for liveness research.</source>
      <translation>Acepto que se grabe mi rostro en color, profundidad e infrarrojo para la investigación de la prueba de vida.</translation>
    </message>
    <message>
      <source>Pictures of the people in front of the camera are stored on this computer when a face is accepted, refused or locked out. They must be told so before they are seen, for example by a sign at the camera, and in many countries they must agree.</source>
      <translation>En este ordenador se guardan imágenes de las personas ante la cámara cuando un rostro se acepta, se rechaza o se bloquea. Hay que informarlas antes, por ejemplo con un cartel junto a la cámara, y en muchos países deben dar su consentimiento.</translation>
    </message>
    <message>
      <source>Automatic</source>
      <translation>Automático</translation>
    </message>
    <message>
      <source>CPU</source>
      <translation>CPU</translation>
    </message>
    <message>
      <source>CUDA</source>
      <translation>CUDA</translation>
    </message>
    <message>
      <source>Pictures</source>
      <translation>Imágenes</translation>
    </message>
    <message>
      <source>Depth filters</source>
      <translation>Filtros de profundidad</translation>
    </message>
    <message>
      <source>Motion</source>
      <translation>Movimiento</translation>
    </message>
    <message>
      <source>Name</source>
      <translation>Nombre</translation>
    </message>
    <message>
      <source>Serial number</source>
      <translation>Número de serie</translation>
    </message>
    <message>
      <source>Firmware</source>
      <translation>Firmware</translation>
    </message>
    <message>
      <source>Recommended firmware</source>
      <translation>Firmware recomendado</translation>
    </message>
    <message>
      <source>USB type</source>
      <translation>Tipo de USB</translation>
    </message>
    <message>
      <source>Preset</source>
      <translation>Preajuste</translation>
    </message>
    <message>
      <source>not noted</source>
      <translation>sin anotar</translation>
    </message>
    <message>
      <source>near</source>
      <translation>cerca</translation>
    </message>
    <message>
      <source>middle</source>
      <translation>media</translation>
    </message>
    <message>
      <source>far</source>
      <translation>lejos</translation>
    </message>
    <message>
      <source>bright</source>
      <translation>luminosa</translation>
    </message>
    <message>
      <source>normal</source>
      <translation>normal</translation>
    </message>
    <message>
      <source>dim</source>
      <translation>tenue</translation>
    </message>
    <message>
      <source>backlit</source>
      <translation>contraluz</translation>
    </message>
    <message>
      <source>Wrong</source>
      <translation>Erróneas</translation>
    </message>
    <message>
      <source>Rate</source>
      <translation>Frecuencia</translation>
    </message>
    <message>
      <source>95 % interval</source>
      <translation>Intervalo del 95 %</translation>
    </message>
    <message>
      <source>No response</source>
      <translation>Sin respuesta</translation>
    </message>
    <message>
      <source>Verdict</source>
      <translation>Veredicto</translation>
    </message>
    <message>
      <source>Score</source>
      <translation>Puntuación</translation>
    </message>
    <message>
      <source>Margin</source>
      <translation>Margen</translation>
    </message>
    <message>
      <source>Session</source>
      <translation>Sesión</translation>
    </message>
    <message>
      <source>NO RESPONSE</source>
      <translation>SIN RESPUESTA</translation>
    </message>
    <message>
      <source>Median distance of the face from the depth camera.</source>
      <translation>Distancia mediana del rostro a la cámara de profundidad.</translation>
    </message>
    <message>
      <source>Depth coverage</source>
      <translation>Cobertura de profundidad</translation>
    </message>
    <message>
      <source>Share of the face with a depth value.</source>
      <translation>Parte del rostro con un valor de profundidad.</translation>
    </message>
    <message>
      <source>Plane residual</source>
      <translation>Residuo del plano</translation>
    </message>
    <message>
      <source>Standard deviation of the face's depth from the best-fitting plane; prints and screens are flat.</source>
      <translation>Desviación típica de la profundidad del rostro respecto al plano que mejor se ajusta; las impresiones y las pantallas son planas.</translation>
    </message>
    <message>
      <source>Bent-sheet residual</source>
      <translation>Residuo de hoja curvada</translation>
    </message>
    <message>
      <source>Standard deviation of the face's depth from the best-fitting bent sheet of paper.</source>
      <translation>Desviación típica de la profundidad del rostro respecto a la hoja de papel curvada que mejor se ajusta.</translation>
    </message>
    <message>
      <source>Relief</source>
      <translation>Relieve</translation>
    </message>
    <message>
      <source>Range from the 2nd to the 98th percentile of the distance to the plane.</source>
      <translation>Intervalo entre los percentiles 2 y 98 de la distancia al plano.</translation>
    </message>
    <message>
      <source>Nose</source>
      <translation>Nariz</translation>
    </message>
    <message>
      <source>Height of the tip of the nose above the surface around it; bent paper has no nose.</source>
      <translation>Altura de la punta de la nariz sobre la superficie que la rodea; un papel curvado no tiene nariz.</translation>
    </message>
    <message>
      <source>Depth noise</source>
      <translation>Ruido de profundidad</translation>
    </message>
    <message>
      <source>Standard deviation of the fine structure of the depth; a face's relief must exceed it.</source>
      <translation>Desviación típica de la estructura fina de la profundidad; el relieve de un rostro debe superarla.</translation>
    </message>
    <message>
      <source>Face relief</source>
      <translation>Relieve del rostro</translation>
    </message>
    <message>
      <source>Relief of the surface as a share of an average face's relief; a plane has 0 %.</source>
      <translation>Relieve de la superficie en proporción al de un rostro medio; un plano tiene 0 %.</translation>
    </message>
    <message>
      <source>Relief correlation</source>
      <translation>Correlación del relieve</translation>
    </message>
    <message>
      <source>Correlation of the face's relief with that of an average face.</source>
      <translation>Correlación del relieve del rostro con el de un rostro medio.</translation>
    </message>
    <message>
      <source>Plane residual, mouth</source>
      <translation>Residuo del plano, boca</translation>
    </message>
    <message>
      <source>Standard deviation of mouth and chin from their own plane; a print in front of them is flat.</source>
      <translation>Desviación típica de la boca y la barbilla respecto a su propio plano; una impresión delante de ellas es plana.</translation>
    </message>
    <message>
      <source>Plane residual, eyes</source>
      <translation>Residuo del plano, ojos</translation>
    </message>
    <message>
      <source>Standard deviation of forehead and eyes from their own plane; a print in front of them is flat.</source>
      <translation>Desviación típica de la frente y los ojos respecto a su propio plano; una impresión delante de ellos es plana.</translation>
    </message>
    <message>
      <source>Relief of the eyes</source>
      <translation>Relieve de los ojos</translation>
    </message>
    <message>
      <source>Relief of forehead and eyes as a share of an average face's relief there.</source>
      <translation>Relieve de la frente y los ojos en proporción al de un rostro medio en esa zona.</translation>
    </message>
    <message>
      <source>Turn in depth</source>
      <translation>Giro en profundidad</translation>
    </message>
    <message>
      <source>Rotation of the face's depth about the vertical axis; eyes and nose in colour must have the same.</source>
      <translation>Giro del rostro en profundidad alrededor del eje vertical; los ojos y la nariz en color deben tener el mismo.</translation>
    </message>
    <message>
      <source>Depth-colour offset</source>
      <translation>Desfase profundidad-color</translation>
    </message>
    <message>
      <source>Distance from eyes, nose and mouth in colour to the place where the depth fits an average face best.</source>
      <translation>Distancia de los ojos, la nariz y la boca en color al lugar donde la profundidad se ajusta mejor a un rostro medio.</translation>
    </message>
    <message>
      <source>Better fit if moved</source>
      <translation>Mejor ajuste si se mueve</translation>
    </message>
    <message>
      <source>Increase of the relief correlation if depth is moved by its offset; large if its face is elsewhere.</source>
      <translation>Aumento de la correlación del relieve si la profundidad se mueve según su desfase; grande si su rostro está en otro lugar.</translation>
    </message>
    <message>
      <source>Eye distance</source>
      <translation>Distancia entre ojos</translation>
    </message>
    <message>
      <source>Distance between the eyes; 54 to 74 mm in adults.</source>
      <translation>Distancia entre los ojos; de 54 a 74 mm en adultos.</translation>
    </message>
    <message>
      <source>IR level</source>
      <translation>Nivel IR</translation>
    </message>
    <message>
      <source>Mean infrared brightness of the face; screens are black.</source>
      <translation>Brillo infrarrojo medio del rostro; las pantallas son negras.</translation>
    </message>
    <message>
      <source>IR contrast</source>
      <translation>Contraste IR</translation>
    </message>
    <message>
      <source>Standard deviation of the infrared brightness divided by its mean.</source>
      <translation>Desviación típica del brillo infrarrojo dividida entre su media.</translation>
    </message>
    <message>
      <source>IR-to-red ratio</source>
      <translation>Relación IR-rojo</translation>
    </message>
    <message>
      <source>Infrared brightness of the face divided by its red brightness; a bright screen is black in infrared.</source>
      <translation>Brillo infrarrojo del rostro dividido entre su brillo en rojo; una pantalla brillante es negra en infrarrojo.</translation>
    </message>
    <message>
      <source>Room-to-lamp ratio</source>
      <translation>Luz ambiente / lámpara</translation>
    </message>
    <message>
      <source>Infrared light of the room on the face divided by that of the camera's lamp.</source>
      <translation>Luz infrarroja del entorno en el rostro dividida entre la de la lámpara de la cámara.</translation>
    </message>
    <message>
      <source>IR overexposed by the room</source>
      <translation>IR sobreexpuesto por el entorno</translation>
    </message>
    <message>
      <source>Share of the face on which the room and the lamp together saturate the infrared image.</source>
      <translation>Parte del rostro en la que la luz del entorno y la lámpara juntas saturan la imagen infrarroja.</translation>
    </message>
    <message>
      <source>IR-colour correlation</source>
      <translation>Correlación IR-color</translation>
    </message>
    <message>
      <source>Correlation of infrared and colour brightness.</source>
      <translation>Correlación del brillo en infrarrojo y en color.</translation>
    </message>
    <message>
      <source>IR like colour</source>
      <translation>IR como el color</translation>
    </message>
    <message>
      <source>Correlation of the details in infrared and colour; skin differs in infrared, a print does not.</source>
      <translation>Correlación de los detalles en infrarrojo y en color; la piel es distinta en infrarrojo, una impresión no.</translation>
    </message>
    <message>
      <source>IR like its mirror</source>
      <translation>IR como su reflejo</translation>
    </message>
    <message>
      <source>Increase of the correlation of infrared and colour if colour is mirrored.</source>
      <translation>Aumento de la correlación entre infrarrojo y color si el color se refleja.</translation>
    </message>
    <message>
      <source>Outline if smaller</source>
      <translation>Contorno si menor</translation>
    </message>
    <message>
      <source>Increase of the edge strength in colour and infrared under the outline of the depth if it is smaller.</source>
      <translation>Aumento de la intensidad de los bordes en color e infrarrojo bajo el contorno de la profundidad si este es menor.</translation>
    </message>
    <message>
      <source>Outline if larger</source>
      <translation>Contorno si mayor</translation>
    </message>
    <message>
      <source>Increase of the edge strength in colour and infrared under the outline of the depth if it is larger.</source>
      <translation>Aumento de la intensidad de los bordes en color e infrarrojo bajo el contorno de la profundidad si este es mayor.</translation>
    </message>
    <message>
      <source>Outline like mirrored colour</source>
      <translation>Contorno como color reflejado</translation>
    </message>
    <message>
      <source>Increase of the edge strength in colour under the outline of the depth if it is mirrored.</source>
      <translation>Aumento de la intensidad de los bordes en color bajo el contorno de la profundidad si este se refleja.</translation>
    </message>
    <message>
      <source>Outline like mirrored IR</source>
      <translation>Contorno como IR reflejado</translation>
    </message>
    <message>
      <source>Increase of the edge strength in infrared under the outline of the depth if it is mirrored.</source>
      <translation>Aumento de la intensidad de los bordes en infrarrojo bajo el contorno de la profundidad si este se refleja.</translation>
    </message>
    <message>
      <source>IR landmark offset</source>
      <translation>Desfase de puntos IR</translation>
    </message>
    <message>
      <source>Offset of eyes, nose and mouth between infrared and colour, divided by the distance between the eyes.</source>
      <translation>Desfase de los ojos, la nariz y la boca entre infrarrojo y color, dividido entre la distancia entre los ojos.</translation>
    </message>
    <message>
      <source>Score shift</source>
      <translation>Cambio de puntuación</translation>
    </message>
    <message>
      <source>Log-odds that the evidence and the site calibration added to the network's score.</source>
      <translation>Log-odds que las mediciones y la calibración del lugar han sumado a la puntuación de la red.</translation>
    </message>
    <message>
      <source>Parallax ratio</source>
      <translation>Paralaje</translation>
    </message>
    <message>
      <source>Share of the face's change of shape over 5 s that a flat picture cannot cause.</source>
      <translation>Parte del cambio de forma del rostro en 5 s que una imagen plana no puede causar.</translation>
    </message>
    <message>
      <source>Eyelids</source>
      <translation>Párpados</translation>
    </message>
    <message>
      <source>Range of the eyelids' movement over 10 s; a picture's eyelids do not move.</source>
      <translation>Amplitud del movimiento de los párpados en 10 s; los párpados de una imagen no se mueven.</translation>
    </message>
    <message>
      <source>Border</source>
      <translation>Borde</translation>
    </message>
    <message>
      <source>Share of a straight border around the face, like that of a print or a screen, that is seen over 3 s.</source>
      <translation>Parte de un borde recto alrededor del rostro, como el de una impresión o una pantalla, que se ve en 3 s.</translation>
    </message>
    <message>
      <source>Pulse</source>
      <translation>Pulso</translation>
    </message>
    <message>
      <source>Strength of the strongest heart rate in the colour of the skin over 10 s, compared with the noise.</source>
      <translation>Intensidad de la frecuencia cardíaca más fuerte en el color de la piel en 10 s, comparada con el ruido.</translation>
    </message>
    <message>
      <source>Heart rate</source>
      <translation>Frecuencia cardíaca</translation>
    </message>
    <message>
      <source>The strongest heart rate; it means nothing if the pulse is weak.</source>
      <translation>La frecuencia cardíaca más fuerte; no significa nada si el pulso es débil.</translation>
    </message>
    <message>
      <source>Source</source>
      <translation>Fuente</translation>
    </message>
    <message>
      <source>Open a video, recording or model</source>
      <translation>Abrir un vídeo, una grabación o un modelo</translation>
    </message>
    <message>
      <source>Open a session or a folder of pictures</source>
      <translation>Abrir una sesión o una carpeta de imágenes</translation>
    </message>
    <message>
      <source>Show the library of recorded sessions</source>
      <translation>Mostrar la biblioteca de sesiones grabadas</translation>
    </message>
    <message>
      <source>Open the demo session</source>
      <translation>Abrir la sesión de demostración</translation>
    </message>
    <message>
      <source>Open a RealSense camera</source>
      <translation>Abrir una cámara RealSense</translation>
    </message>
    <message>
      <source>Search for the camera now</source>
      <translation>Buscar la cámara ahora</translation>
    </message>
    <message>
      <source>Close the source</source>
      <translation>Cerrar la fuente</translation>
    </message>
    <message>
      <source>Playing</source>
      <translation>Reproducción</translation>
    </message>
    <message>
      <source>Play or pause a file, freeze a camera</source>
      <translation>Reproducir o pausar un archivo, congelar una cámara</translation>
    </message>
    <message>
      <source>Previous frame</source>
      <translation>Fotograma anterior</translation>
    </message>
    <message>
      <source>Next frame</source>
      <translation>Fotograma siguiente</translation>
    </message>
    <message>
      <source>Back 1 s</source>
      <translation>1 s atrás</translation>
    </message>
    <message>
      <source>Forward 1 s</source>
      <translation>1 s adelante</translation>
    </message>
    <message>
      <source>Go to the beginning</source>
      <translation>Ir al principio</translation>
    </message>
    <message>
      <source>Slower</source>
      <translation>Más lento</translation>
    </message>
    <message>
      <source>Faster</source>
      <translation>Más rápido</translation>
    </message>
    <message>
      <source>Loop on or off</source>
      <translation>Bucle sí o no</translation>
    </message>
    <message>
      <source>Show only colour, or all pictures</source>
      <translation>Mostrar solo el color, o todas las imágenes</translation>
    </message>
    <message>
      <source>Show only depth, or all pictures</source>
      <translation>Mostrar solo la profundidad, o todas las imágenes</translation>
    </message>
    <message>
      <source>Show only infrared, or all pictures</source>
      <translation>Mostrar solo el infrarrojo, o todas las imágenes</translation>
    </message>
    <message>
      <source>Zoom in, or the wheel; drag to move</source>
      <translation>Acercar, o la rueda; arrastrar mueve</translation>
    </message>
    <message>
      <source>Zoom out</source>
      <translation>Alejar</translation>
    </message>
    <message>
      <source>Show the whole picture</source>
      <translation>Mostrar toda la imagen</translation>
    </message>
    <message>
      <source>Show the depth as a point cloud, and save it</source>
      <translation>Mostrar la profundidad como nube de puntos y guardarla</translation>
    </message>
    <message>
      <source>Take a snapshot of the focused or enlarged picture</source>
      <translation>Guardar la imagen elegida o ampliada</translation>
    </message>
    <message>
      <source>Show the details of the next face</source>
      <translation>Mostrar los detalles del rostro siguiente</translation>
    </message>
    <message>
      <source>Show all pictures, or leave kiosk mode</source>
      <translation>Mostrar todas las imágenes, o salir del quiosco</translation>
    </message>
    <message>
      <source>Window</source>
      <translation>Ventana</translation>
    </message>
    <message>
      <source>Kiosk mode: only the verdict, full screen</source>
      <translation>Modo quiosco: solo el resultado, a pantalla completa</translation>
    </message>
    <message>
      <source>Show reasons and evidence</source>
      <translation>Mostrar motivos e indicios</translation>
    </message>
    <message>
      <source>Show timing and model</source>
      <translation>Mostrar tiempos y modelo</translation>
    </message>
    <message>
      <source>Show the record panel</source>
      <translation>Mostrar el panel de grabación</translation>
    </message>
    <message>
      <source>Show the controls of the camera</source>
      <translation>Mostrar los controles de la cámara</translation>
    </message>
    <message>
      <source>Start or stop recording</source>
      <translation>Iniciar o detener la grabación</translation>
    </message>
    <message>
      <source>Mark this moment of the recording</source>
      <translation>Marcar este momento de la grabación</translation>
    </message>
    <message>
      <source>Save the last 10 s, if they are kept</source>
      <translation>Guardar los últimos 10 s, si se conservan</translation>
    </message>
    <message>
      <source>Record the next person of the list</source>
      <translation>Grabar a la persona siguiente de la lista</translation>
    </message>
    <message>
      <source>Start or stop the event log</source>
      <translation>Iniciar o detener el registro de eventos</translation>
    </message>
    <message>
      <source>Error rates and thresholds of a folder of sessions</source>
      <translation>Tasas de error y umbrales de una carpeta de sesiones</translation>
    </message>
    <message>
      <source>Preferences</source>
      <translation>Preferencias</translation>
    </message>
    <message>
      <source>Show the keyboard shortcuts</source>
      <translation>Mostrar los atajos de teclado</translation>
    </message>
    <message>
      <source>Quit</source>
      <translation>Salir</translation>
    </message>
    <message>
      <source>Kiosk</source>
      <translation>Quiosco</translation>
    </message>
    <message>
      <source>Appearance</source>
      <translation>Apariencia</translation>
    </message>
    <message>
      <source>System follows the desktop's light or dark setting.</source>
      <translation>Sistema sigue el ajuste claro u oscuro del escritorio.</translation>
    </message>
    <message>
      <source>System</source>
      <translation>Sistema</translation>
    </message>
    <message>
      <source>Light</source>
      <translation>Claro</translation>
    </message>
    <message>
      <source>Dark</source>
      <translation>Oscuro</translation>
    </message>
    <message>
      <source>Language</source>
      <translation>Idioma</translation>
    </message>
    <message>
      <source>System follows the desktop's language. Applies at the next start.</source>
      <translation>Sistema sigue el idioma del escritorio. Se aplica en el próximo inicio.</translation>
    </message>
    <message>
      <source>Text size</source>
      <translation>Tamaño del texto</translation>
    </message>
    <message>
      <source>Automatic enlarges the text on a high screen. Applies at the next start.</source>
      <translation>Automático amplía el texto en una pantalla alta. Se aplica en el próximo inicio.</translation>
    </message>
    <message>
      <source>100 %</source>
      <translation>100 %</translation>
    </message>
    <message>
      <source>125 %</source>
      <translation>125 %</translation>
    </message>
    <message>
      <source>150 %</source>
      <translation>150 %</translation>
    </message>
    <message>
      <source>175 %</source>
      <translation>175 %</translation>
    </message>
    <message>
      <source>200 %</source>
      <translation>200 %</translation>
    </message>
    <message>
      <source>Depth colours from (m)</source>
      <translation>Colores de profundidad desde (m)</translation>
    </message>
    <message>
      <source>Distance of the brightest colour.</source>
      <translation>Distancia del color más claro.</translation>
    </message>
    <message>
      <source>Depth colours to (m)</source>
      <translation>Colores de profundidad hasta (m)</translation>
    </message>
    <message>
      <source>Distance of the darkest colour.</source>
      <translation>Distancia del color más oscuro.</translation>
    </message>
    <message>
      <source>Time line (s)</source>
      <translation>Línea de tiempo (s)</translation>
    </message>
    <message>
      <source>Duration that the time line shows.</source>
      <translation>Duración que muestra la línea de tiempo.</translation>
    </message>
    <message>
      <source>Required streams</source>
      <translation>Flujos requeridos</translation>
    </message>
    <message>
      <source>Streams that LIVE requires. Kiosk mode always requires depth.</source>
      <translation>Flujos que exige VIVO. El modo quiosco siempre exige profundidad.</translation>
    </message>
    <message>
      <source>Nothing</source>
      <translation>Nada</translation>
    </message>
    <message>
      <source>Depth and infrared</source>
      <translation>Profundidad e infrarrojo</translation>
    </message>
    <message>
      <source>LIVE requires a single face</source>
      <translation>VIVO exige un solo rostro</translation>
    </message>
    <message>
      <source>Nobody is LIVE while there are several faces.</source>
      <translation>Nadie es VIVO mientras haya varios rostros.</translation>
    </message>
    <message>
      <source>LIVE requires eye contact</source>
      <translation>LIVE exige contacto visual</translation>
    </message>
    <message>
      <source>Nobody is LIVE unless the eyes look at the camera.</source>
      <translation>Nadie es VIVO si no mira a la cámara.</translation>
    </message>
    <message>
      <source>LIVE requires motion</source>
      <translation>VIVO exige movimiento</translation>
    </message>
    <message>
      <source>Nobody is LIVE unless the face moves, and depth and infrared with it.</source>
      <translation>Nadie es VIVO si el rostro no se mueve, y la profundidad y el infrarrojo con él.</translation>
    </message>
    <message>
      <source>Site file</source>
      <translation>Archivo de sitio</translation>
    </message>
    <message>
      <source>Score calibration of one camera and model, from `fasdemo calibrate`; empty: none.</source>
      <translation>Calibración de la puntuación para una cámara y un modelo, de `fasdemo calibrate`; vacío: ninguna.</translation>
    </message>
    <message>
      <source>LIVE requires a challenge</source>
      <translation>LIVE exige una prueba</translation>
    </message>
    <message>
      <source>The person has to follow random prompts in front of a camera; random mixes all kinds.</source>
      <translation>La persona debe seguir indicaciones al azar ante una cámara; «Al azar» mezcla todos los tipos.</translation>
    </message>
    <message>
      <source>Off</source>
      <translation>Desactivado</translation>
    </message>
    <message>
      <source>Coloured light</source>
      <translation>Luz de colores</translation>
    </message>
    <message>
      <source>Turn</source>
      <translation>Girar la cabeza</translation>
    </message>
    <message>
      <source>Blink</source>
      <translation>Cerrar los ojos</translation>
    </message>
    <message>
      <source>Random</source>
      <translation>Al azar</translation>
    </message>
    <message>
      <source>Snapshots</source>
      <translation>Capturas</translation>
    </message>
    <message>
      <source>Folder for snapshots of the pictures.</source>
      <translation>Carpeta para las capturas de imagen.</translation>
    </message>
    <message>
      <source>Recordings</source>
      <translation>Grabaciones</translation>
    </message>
    <message>
      <source>Folder for labelled recordings.</source>
      <translation>Carpeta para las grabaciones etiquetadas.</translation>
    </message>
    <message>
      <source>Pictures of events</source>
      <translation>Imágenes de eventos</translation>
    </message>
    <message>
      <source>Store a small picture at every LIVE, SPOOF and lock-out, and delete it after some days.</source>
      <translation>Guardar una imagen pequeña en cada LIVE, SPOOF y bloqueo, y borrarla después de unos días.</translation>
    </message>
    <message>
      <source>People are told</source>
      <translation>Se informa a las personas</translation>
    </message>
    <message>
      <source>I tell the people in front of the camera that pictures of them are stored.</source>
      <translation>Informo a las personas ante la cámara de que se guardan imágenes de ellas.</translation>
    </message>
    <message>
      <source>Folder for events</source>
      <translation>Carpeta para eventos</translation>
    </message>
    <message>
      <source>Folder for the pictures of events, and for nothing else.</source>
      <translation>Carpeta para las imágenes de eventos y para nada más.</translation>
    </message>
    <message>
      <source>Keep events (days)</source>
      <translation>Conservar eventos (días)</translation>
    </message>
    <message>
      <source>Age at which their pictures are deleted.</source>
      <translation>Antigüedad a la que se borran sus imágenes.</translation>
    </message>
    <message>
      <source>Colour alone may be LIVE</source>
      <translation>Solo color puede ser VIVO</translation>
    </message>
    <message>
      <source>Unreliable: the colour model accepts 3 of 10 live and 0 of 9 attack pictures (AUC 0.73).</source>
      <translation>Poco fiable: el modelo de color acepta 3 de 10 imágenes de personas reales y 0 de 9 ataques (AUC 0,73).</translation>
    </message>
    <message>
      <source>Neutral words</source>
      <translation>Palabras neutras</translation>
    </message>
    <message>
      <source>Show the public neither SPOOF nor reasons; the event log has them.</source>
      <translation>No mostrar al público ni ATAQUE ni motivos; el registro de eventos los tiene.</translation>
    </message>
    <message>
      <source>Mirror picture</source>
      <translation>Imagen en espejo</translation>
    </message>
    <message>
      <source>Show the camera's picture as in a mirror.</source>
      <translation>Mostrar la imagen de la cámara como en un espejo.</translation>
    </message>
    <message>
      <source>Sounds</source>
      <translation>Sonidos</translation>
    </message>
    <message>
      <source>Play a sound on LIVE, and another one on SPOOF unless the words are neutral.</source>
      <translation>Reproducir un sonido con VIVO, y otro con ATAQUE salvo que las palabras sean neutras.</translation>
    </message>
    <message>
      <source>Exit PIN</source>
      <translation>PIN de salida</translation>
    </message>
    <message>
      <source>Needed to leave kiosk mode; stored as a salted hash.</source>
      <translation>Necesario para salir del modo quiosco; se guarda como hash con sal.</translation>
    </message>
    <message>
      <source>Lock after attempts</source>
      <translation>Bloquear tras intentos</translation>
    </message>
    <message>
      <source>Refused attempts within five minutes that lock the camera; 0 never locks it.</source>
      <translation>Intentos rechazados en cinco minutos que bloquean la cámara; 0 no la bloquea nunca.</translation>
    </message>
    <message>
      <source>Lock for (s)</source>
      <translation>Bloquear durante (s)</translation>
    </message>
    <message>
      <source>Length of that lock-out.</source>
      <translation>Duración de ese bloqueo.</translation>
    </message>
    <message>
      <source>Output on LIVE</source>
      <translation>Salida con VIVO</translation>
    </message>
    <message>
      <source>Gets a signal for every accepted person: http(s)://HOST/PATH, mqtt(s)://HOST/TOPIC, serial:DEVICE or gpio:CHIP?line=N, see docs/door.md.</source>
      <translation>Recibe una señal por cada persona aceptada: http(s)://HOST/RUTA, mqtt(s)://HOST/TEMA, serial:DISPOSITIVO o gpio:CHIP?line=N, véase docs/door.md.</translation>
    </message>
    <message>
      <source>Pause after LIVE (s)</source>
      <translation>Pausa tras VIVO (s)</translation>
    </message>
    <message>
      <source>Shortest time between two outputs.</source>
      <translation>Tiempo mínimo entre dos señales.</translation>
    </message>
    <message>
      <source>Heartbeat</source>
      <translation>Señal de vida</translation>
    </message>
    <message>
      <source>Gets a signal every 10 s while the camera works: a file, http(s)://HOST/PATH or mqtt(s)://HOST/TOPIC.</source>
      <translation>Recibe una señal cada 10 s mientras la cámara funcione: un archivo, http(s)://HOST/RUTA o mqtt(s)://HOST/TEMA.</translation>
    </message>
    <message>
      <source>Turn your head a little to your left, then back.</source>
      <translation>Gire la cabeza un poco hacia su izquierda y vuelva al centro.</translation>
    </message>
    <message>
      <source>Turn your head a little to your right, then back.</source>
      <translation>Gire la cabeza un poco hacia su derecha y vuelva al centro.</translation>
    </message>
    <message>
      <source>Close your eyes for one second, then open them.</source>
      <translation>Cierre los ojos durante un segundo y ábralos.</translation>
    </message>
    <message>
      <source>Look at the screen and keep still while its colour changes.</source>
      <translation>Mire a la pantalla y quédese quieto mientras cambia de color.</translation>
    </message>
    <message>
      <source>Look straight at the camera.</source>
      <translation>Mire de frente a la cámara.</translation>
    </message>
    <message>
      <source>A second face appeared; please stand in front of the camera alone.</source>
      <translation>Ha aparecido otra cara; póngase usted solo delante de la cámara.</translation>
    </message>
    <message>
      <source>The colours were covered; keep this window in front of all others.</source>
      <translation>Los colores quedaron tapados; mantenga esta ventana delante de las demás.</translation>
    </message>
    <message>
      <source>The window was moved or resized while it showed colours; leave it in its place.</source>
      <translation>La ventana se movió o cambió de tamaño mientras mostraba colores; déjela en su sitio.</translation>
    </message>
    <message>
      <source>The colours did not appear on the screen in time; close other programs.</source>
      <translation>Los colores no aparecieron a tiempo en la pantalla; cierre otros programas.</translation>
    </message>
    <message>
      <source>Your face is too dark or too bright to measure its light.</source>
      <translation>Su cara está demasiado oscura o clara para medir su luz.</translation>
    </message>
    <message>
      <source>The screen is too dim for this room; come closer, or darken the room.</source>
      <translation>La pantalla es demasiado tenue para esta sala; acérquese u oscurezca la sala.</translation>
    </message>
    <message>
      <source>The camera changes its exposure by itself; fix its exposure and white balance, or show more background.</source>
      <translation>La cámara cambia la exposición por sí misma; fije la exposición y el balance de blancos, o muestre más fondo.</translation>
    </message>
    <message>
      <source>The room is too dark; switch on a light.</source>
      <translation>La sala está demasiado oscura; encienda una luz.</translation>
    </message>
    <message>
      <source>Come closer to the screen, away from the wall behind you.</source>
      <translation>Acérquese a la pantalla y aléjese de la pared que tiene detrás.</translation>
    </message>
    <message>
      <source>There is a problem with the camera; please ask the staff for help.</source>
      <translation>Hay un problema con la cámara; pida ayuda al personal.</translation>
    </message>
    <message>
      <source>A part of the engine failed on this frame.</source>
      <translation>Una parte del motor falló en este fotograma.</translation>
    </message>
    <message>
      <source>The colour image is not a uint8 (H, W, 3) array.</source>
      <translation>La imagen de color no es una matriz uint8 (H, W, 3).</translation>
    </message>
    <message>
      <source>The source declares depth, but this frame has none.</source>
      <translation>La fuente declara profundidad, pero este fotograma no la tiene.</translation>
    </message>
    <message>
      <source>The source declares infrared, but this frame has none.</source>
      <translation>La fuente declara infrarrojo, pero este fotograma no lo tiene.</translation>
    </message>
    <message>
      <source>The depth image or its scale is not valid.</source>
      <translation>La imagen de profundidad o su escala no es válida.</translation>
    </message>
    <message>
      <source>The infrared image is not valid.</source>
      <translation>La imagen infrarroja no es válida.</translation>
    </message>
    <message>
      <source>The size of the depth image does not match the colour image, the calibration or the previous frames.</source>
      <translation>El tamaño de la imagen de profundidad no coincide con la de color, la calibración o los fotogramas anteriores.</translation>
    </message>
    <message>
      <source>The size of the infrared image does not match the colour image, the calibration or the previous frames.</source>
      <translation>El tamaño de la imagen infrarroja no coincide con la de color, la calibración o los fotogramas anteriores.</translation>
    </message>
    <message>
      <source>The size of the colour image has changed.</source>
      <translation>El tamaño de la imagen de color ha cambiado.</translation>
    </message>
    <message>
      <source>The calibration is not valid, so nothing can be measured with it.</source>
      <translation>La calibración no es válida, así que no se puede medir con ella.</translation>
    </message>
    <message>
      <source>The time of the frame is not later than that of the previous frame.</source>
      <translation>La hora del fotograma no es posterior a la del anterior.</translation>
    </message>
    <message>
      <source>The frame is older than the policy allows.</source>
      <translation>El fotograma es más antiguo de lo que permite la política.</translation>
    </message>
    <message>
      <source>The colour image of the face repeats an earlier one.</source>
      <translation>La imagen de color del rostro repite una anterior.</translation>
    </message>
    <message>
      <source>The depth image of the face repeats an earlier one.</source>
      <translation>La imagen de profundidad del rostro repite una anterior.</translation>
    </message>
    <message>
      <source>The infrared image of the face repeats an earlier one.</source>
      <translation>La imagen infrarroja del rostro repite una anterior.</translation>
    </message>
    <message>
      <source>The colour image is identical to the previous one.</source>
      <translation>La imagen de color es idéntica a la anterior.</translation>
    </message>
    <message>
      <source>The depth image is identical to the previous one.</source>
      <translation>La imagen de profundidad es idéntica a la anterior.</translation>
    </message>
    <message>
      <source>The infrared image is identical to the previous one.</source>
      <translation>La imagen infrarroja es idéntica a la anterior.</translation>
    </message>
    <message>
      <source>The device time of the colour image does not match the time of the frame.</source>
      <translation>La hora del dispositivo de la imagen de color no coincide con la del fotograma.</translation>
    </message>
    <message>
      <source>Depth and colour were not captured at the same time.</source>
      <translation>La profundidad y el color no se captaron a la vez.</translation>
    </message>
    <message>
      <source>Infrared and colour were not captured at the same time.</source>
      <translation>El infrarrojo y el color no se captaron a la vez.</translation>
    </message>
    <message>
      <source>The camera gives depth without a time stamp, so an old image cannot be detected.</source>
      <translation>La cámara da la profundidad sin marca de tiempo, así que no se detecta una imagen antigua.</translation>
    </message>
    <message>
      <source>The camera gives infrared without a time stamp, so an old image cannot be detected.</source>
      <translation>La cámara da el infrarrojo sin marca de tiempo, así que no se detecta una imagen antigua.</translation>
    </message>
    <message>
      <source>The face moves differently in depth and in colour: one of them is late or shows another scene.</source>
      <translation>La cara se mueve de forma distinta en profundidad y en color: uno de los dos llega tarde o muestra otra escena.</translation>
    </message>
    <message>
      <source>The face moves differently in infrared and in colour: one of them is late or shows another scene.</source>
      <translation>La cara se mueve de forma distinta en infrarrojo y en color: uno de los dos llega tarde o muestra otra escena.</translation>
    </message>
    <message>
      <source>The depth image has almost no depth values.</source>
      <translation>La imagen de profundidad casi no tiene valores.</translation>
    </message>
    <message>
      <source>Please come closer, and turn away from sunlight.</source>
      <translation>Acérquese, por favor, y apártese de la luz del sol.</translation>
    </message>
    <message>
      <source>The pulses of the infrared lamp are not visible: it does not light up, nobody is close enough, or sunlight is stronger.</source>
      <translation>No se ven los pulsos de la lámpara infrarroja: no se enciende, nadie está lo bastante cerca o la luz del sol es más fuerte.</translation>
    </message>
    <message>
      <source>The camera is being set up: please look at it and move closer and back, and from side to side.</source>
      <translation>La cámara se está configurando: mírela y muévase adelante y atrás, y de lado a lado.</translation>
    </message>
    <message>
      <source>The position of the infrared camera relative to the colour camera is not known yet.</source>
      <translation>Aún no se conoce la posición de la cámara infrarroja respecto a la de color.</translation>
    </message>
    <message>
      <source>The whole infrared image is black.</source>
      <translation>Toda la imagen infrarroja es negra.</translation>
    </message>
    <message>
      <source>The source reports a fault, whose code is listed with this one.</source>
      <translation>La fuente comunica un fallo, cuyo código se indica con este.</translation>
    </message>
    <message>
      <source>The policy requires colour, but the source has none.</source>
      <translation>La política exige color, pero la fuente no lo tiene.</translation>
    </message>
    <message>
      <source>The policy requires depth, but the source has none.</source>
      <translation>La política exige profundidad, pero la fuente no la tiene.</translation>
    </message>
    <message>
      <source>The policy requires infrared, but the source has none.</source>
      <translation>La política exige infrarrojo, pero la fuente no lo tiene.</translation>
    </message>
    <message>
      <source>The device or the recording has colour, but the source does not use it.</source>
      <translation>El dispositivo o la grabación tiene color, pero la fuente no lo usa.</translation>
    </message>
    <message>
      <source>The device or the recording has depth, but the source does not use it.</source>
      <translation>El dispositivo o la grabación tiene profundidad, pero la fuente no la usa.</translation>
    </message>
    <message>
      <source>The device or the recording has infrared, but the source does not use it.</source>
      <translation>El dispositivo o la grabación tiene infrarrojo, pero la fuente no lo usa.</translation>
    </message>
    <message>
      <source>The frame rate is too low to track a face.</source>
      <translation>La frecuencia de imagen es demasiado baja para seguir un rostro.</translation>
    </message>
    <message>
      <source>There is no valid calibration for the depth image, so the size of the face is unknown.</source>
      <translation>No hay una calibración válida de la imagen de profundidad, así que no se conoce el tamaño del rostro.</translation>
    </message>
    <message>
      <source>The camera's depth filters are not those of the model's training data.</source>
      <translation>Los filtros de profundidad de la cámara no son los de los datos de entrenamiento del modelo.</translation>
    </message>
    <message>
      <source>The network gave no usable score.</source>
      <translation>La red no dio una puntuación utilizable.</translation>
    </message>
    <message>
      <source>The face is flat, like a print or a screen.</source>
      <translation>El rostro es plano, como una impresión o una pantalla.</translation>
    </message>
    <message>
      <source>The face has the shape of a bent sheet of paper, without a nose.</source>
      <translation>El rostro tiene la forma de una hoja de papel curvada, sin nariz.</translation>
    </message>
    <message>
      <source>The face is bright in colour but black in infrared, like a screen.</source>
      <translation>El rostro es claro en color pero negro en infrarrojo, como una pantalla.</translation>
    </message>
    <message>
      <source>At its distance, the face is larger or smaller than a human face.</source>
      <translation>A su distancia, el rostro es mayor o menor que uno humano.</translation>
    </message>
    <message>
      <source>There is no face in infrared at the position of the face in colour.</source>
      <translation>En infrarrojo no hay un rostro en el lugar del rostro en color.</translation>
    </message>
    <message>
      <source>Eyes, nose and mouth are at different positions in infrared and in colour, or mirrored.</source>
      <translation>Ojos, nariz y boca están en lugares distintos en infrarrojo y en color, o reflejados.</translation>
    </message>
    <message>
      <source>Infrared shows the same picture as colour, like a print or a grey copy, and not like skin.</source>
      <translation>El infrarrojo muestra la misma imagen que el color, como una impresión o una copia gris y no como la piel.</translation>
    </message>
    <message>
      <source>Please look straight at the camera.</source>
      <translation>Mire directamente a la cámara.</translation>
    </message>
    <message>
      <source>The depth shows the face at another place or angle than the colour image.</source>
      <translation>La profundidad muestra el rostro en otro lugar o ángulo que la imagen de color.</translation>
    </message>
    <message>
      <source>Please uncover your face.</source>
      <translation>Descubra su rostro.</translation>
    </message>
    <message>
      <source>Mouth and chin, or forehead and eyes, are flat: something covers them.</source>
      <translation>La boca y la barbilla, o la frente y los ojos, son planas: algo las cubre.</translation>
    </message>
    <message>
      <source>The depth of the face is rougher than any face; it may be another image.</source>
      <translation>La profundidad del rostro es más rugosa que cualquier rostro; puede ser otra imagen.</translation>
    </message>
    <message>
      <source>Please come closer and look straight at the camera.</source>
      <translation>Acérquese y mire directamente a la cámara.</translation>
    </message>
    <message>
      <source>The depth is too noisy, or the nose too flat, to tell a face from a sheet of paper.</source>
      <translation>La profundidad tiene demasiado ruido, o la nariz es demasiado plana, para distinguir un rostro de un papel.</translation>
    </message>
    <message>
      <source>The relief of the face is shallower than that of almost all people.</source>
      <translation>El relieve del rostro es menor que el de casi todas las personas.</translation>
    </message>
    <message>
      <source>The network rates depth or infrared as an attack.</source>
      <translation>La red considera la profundidad o el infrarrojo un ataque.</translation>
    </message>
    <message>
      <source>Please step back a little.</source>
      <translation>Retroceda un poco.</translation>
    </message>
    <message>
      <source>The face is closer than the policy allows.</source>
      <translation>El rostro está más cerca de lo que permite la política.</translation>
    </message>
    <message>
      <source>Please come closer.</source>
      <translation>Acérquese, por favor.</translation>
    </message>
    <message>
      <source>The face is farther away or smaller than the policy allows.</source>
      <translation>El rostro está más lejos o es más pequeño de lo que permite la política.</translation>
    </message>
    <message>
      <source>Please move to the middle of the picture.</source>
      <translation>Colóquese en el centro de la imagen.</translation>
    </message>
    <message>
      <source>The face is partly outside the picture.</source>
      <translation>El rostro está en parte fuera de la imagen.</translation>
    </message>
    <message>
      <source>The head is turned or tilted too far.</source>
      <translation>La cabeza está demasiado girada o inclinada.</translation>
    </message>
    <message>
      <source>Parts of the face are not visible.</source>
      <translation>Partes del rostro no son visibles.</translation>
    </message>
    <message>
      <source>Please open your eyes.</source>
      <translation>Abra los ojos.</translation>
    </message>
    <message>
      <source>Both eyes have been closed for a while.</source>
      <translation>Los dos ojos llevan un rato cerrados.</translation>
    </message>
    <message>
      <source>It is too dark here; please face the light.</source>
      <translation>Está demasiado oscuro; mire hacia la luz.</translation>
    </message>
    <message>
      <source>The face is too dark.</source>
      <translation>El rostro está demasiado oscuro.</translation>
    </message>
    <message>
      <source>Please turn away from the sun or the bright light.</source>
      <translation>Apártese del sol o de la luz intensa, por favor.</translation>
    </message>
    <message>
      <source>The infrared light of the room, like sunlight, overexposes the face, so the lamp's light is unknown.</source>
      <translation>La luz infrarroja del entorno, como la del sol, sobreexpone el rostro, por lo que no se conoce la luz de la lámpara.</translation>
    </message>
    <message>
      <source>The light of the camera's infrared lamp on the face is too weak.</source>
      <translation>La luz de la lámpara infrarroja de la cámara sobre el rostro es demasiado débil.</translation>
    </message>
    <message>
      <source>Please turn away from the bright light.</source>
      <translation>Apártese de la luz intensa.</translation>
    </message>
    <message>
      <source>Much of the face is overexposed.</source>
      <translation>Gran parte del rostro está sobreexpuesta.</translation>
    </message>
    <message>
      <source>Please hold still.</source>
      <translation>No se mueva, por favor.</translation>
    </message>
    <message>
      <source>The face is blurred.</source>
      <translation>El rostro está borroso.</translation>
    </message>
    <message>
      <source>Please look straight at the camera, with nothing in front of your face.</source>
      <translation>Mire directamente a la cámara, sin nada delante del rostro.</translation>
    </message>
    <message>
      <source>Depth is missing on much of the face.</source>
      <translation>Falta la profundidad en gran parte del rostro.</translation>
    </message>
    <message>
      <source>Please look at the camera.</source>
      <translation>Mire a la cámara, por favor.</translation>
    </message>
    <message>
      <source>The policy requires a look at the camera, but the eyes look elsewhere, or it is not known where.</source>
      <translation>La política exige mirar a la cámara, pero los ojos miran a otro sitio o no se sabe adónde.</translation>
    </message>
    <message>
      <source>Please move your head a little.</source>
      <translation>Mueva un poco la cabeza, por favor.</translation>
    </message>
    <message>
      <source>The policy requires that the face moves, and depth and infrared with it.</source>
      <translation>La política exige que el rostro se mueva, y la profundidad y el infrarrojo con él.</translation>
    </message>
    <message>
      <source>Too many attempts were refused; please wait a moment or ask the staff for help.</source>
      <translation>Se rechazaron demasiados intentos; espere un momento o pida ayuda al personal.</translation>
    </message>
    <message>
      <source>Several attempts were refused, so the camera is locked for a while.</source>
      <translation>Se rechazaron varios intentos, así que la cámara está bloqueada un rato.</translation>
    </message>
    <message>
      <source>That did not match. Please look at the camera; new prompts follow.</source>
      <translation>Eso no coincidió. Mire a la cámara; siguen nuevas indicaciones.</translation>
    </message>
    <message>
      <source>The prompts of the challenge were not followed; the event log says which one and why.</source>
      <translation>No se siguieron las indicaciones de la prueba; el registro de eventos dice cuál y por qué.</translation>
    </message>
    <message>
      <source>Please look at the camera; prompts follow.</source>
      <translation>Mire a la cámara; siguen indicaciones.</translation>
    </message>
    <message>
      <source>LIVE requires that this face follows the prompts of a challenge first.</source>
      <translation>VIVO exige que esta cara siga antes las indicaciones de una prueba.</translation>
    </message>
    <message>
      <source>A file cannot follow prompts; use a camera.</source>
      <translation>Un archivo no puede seguir indicaciones; use una cámara.</translation>
    </message>
    <message>
      <source>LIVE requires a challenge, and a file cannot follow prompts.</source>
      <translation>VIVO exige una prueba, y un archivo no puede seguir indicaciones.</translation>
    </message>
    <message>
      <source>One person at a time, please.</source>
      <translation>De uno en uno, por favor.</translation>
    </message>
    <message>
      <source>The policy allows only one face, but there are several.</source>
      <translation>La política solo permite un rostro, pero hay varios.</translation>
    </message>
    <message>
      <source>This is a virtual camera, which cannot prove a live person; use a real camera.</source>
      <translation>Es una cámara virtual, que no puede probar que haya una persona viva; use una cámara real.</translation>
    </message>
    <message>
      <source>The camera is virtual, or its name cannot be read, so any picture can be fed into it.</source>
      <translation>La cámara es virtual o su nombre no se puede leer, así que admite cualquier imagen.</translation>
    </message>
    <message>
      <source>This camera cannot prove a live person; please ask the staff for help.</source>
      <translation>Esta cámara no puede probar que haya una persona viva; pida ayuda al personal.</translation>
    </message>
    <message>
      <source>The network camera gives pictures without time stamps, so an old picture cannot be detected.</source>
      <translation>La cámara de red da imágenes sin marca de tiempo, así que no se detecta una imagen antigua.</translation>
    </message>
    <message>
      <source>Colour alone cannot prove a live person; use a camera with depth or infrared.</source>
      <translation>El color solo no puede probar que haya una persona viva; use una cámara con profundidad o infrarrojo.</translation>
    </message>
    <message>
      <source>Only colour was used, and the colour model accepts 3 of 10 live and 0 of 9 attack pictures (AUC 0.73).</source>
      <translation>Solo se usó el color, y el modelo de color acepta 3 de 10 imágenes de personas reales y 0 de 9 ataques (AUC 0,73).</translation>
    </message>
    <message>
      <source>The face moves like a flat picture: no part of it is closer than the rest.</source>
      <translation>El rostro se mueve como una imagen plana: ninguna parte está más cerca que el resto.</translation>
    </message>
    <message>
      <source>Please blink.</source>
      <translation>Parpadee, por favor.</translation>
    </message>
    <message>
      <source>The eyelids have not moved for 10 s, as in a picture.</source>
      <translation>Los párpados no se han movido en 10 s, como en una imagen.</translation>
    </message>
    <message>
      <source>Please stand in front of the camera without a frame or a sheet around your face.</source>
      <translation>Póngase delante de la cámara sin un marco ni una hoja alrededor de la cara.</translation>
    </message>
    <message>
      <source>Straight edges surround the face closely, like the border of a print or a screen.</source>
      <translation>Bordes rectos rodean la cara de cerca, como el borde de una impresión o de una pantalla.</translation>
    </message>
    <message>
      <source>The view changed; checking again.</source>
      <translation>La vista cambió; se comprueba de nuevo.</translation>
    </message>
    <message>
      <source>The network rates this frame as an attack.</source>
      <translation>La red considera este fotograma un ataque.</translation>
    </message>
    <message>
      <source>Not sure: the score is between the LIVE and SPOOF limits.</source>
      <translation>Dudoso: la puntuación está entre los límites de VIVO y ATAQUE.</translation>
    </message>
    <message>
      <source>Please keep looking at the camera.</source>
      <translation>Siga mirando a la cámara, por favor.</translation>
    </message>
    <message>
      <source>There is not enough evidence yet, or the streams of a live camera have not been compared for long enough yet.</source>
      <translation>Aún no hay suficientes indicios, o los flujos de una cámara en directo aún no se han comparado durante el tiempo necesario.</translation>
    </message>
    <message>
      <source>The file has no calibration, so the size of the face is not checked.</source>
      <translation>El archivo no tiene calibración, así que no se comprueba el tamaño del rostro.</translation>
    </message>
    <message>
      <source>The verdict is based on a single picture, without evidence over time.</source>
      <translation>El resultado se basa en una sola imagen, sin evolución.</translation>
    </message>
    <message>
      <source>Only the network rated the whole picture, without face detection, physical evidence or time.</source>
      <translation>Solo la red valoró la imagen entera, sin detección de rostros, indicios físicos ni evolución.</translation>
    </message>
    <message>
      <source>There are several faces; each has its own verdict.</source>
      <translation>Hay varios rostros; cada uno tiene su propio resultado.</translation>
    </message>
    <message>
      <source>There is no face in the picture.</source>
      <translation>No hay ningún rostro en la imagen.</translation>
    </message>
    <message>
      <source>A recording is running; stop it (R) to change the camera.</source>
      <translation>Hay una grabación en curso; deténgala (R) para cambiar la cámara.</translation>
    </message>
    <message>
      <source>These were the settings of the camera when the recording started.</source>
      <translation>Estos eran los ajustes de la cámara al empezar la grabación.</translation>
    </message>
    <message>
      <source>Depth is filtered, and this is not LIVE unless the model was trained on it.</source>
      <translation>La profundidad está filtrada; nunca es LIVE salvo que el modelo se haya entrenado con ella.</translation>
    </message>
    <message>
      <source>Problem of the camera's controls</source>
      <translation>Problema de los controles de la cámara</translation>
    </message>
    <message>
      <source>Reset all</source>
      <translation>Restablecer todo</translation>
    </message>
    <message>
      <source>Open the camera again with its own settings</source>
      <translation>Abrir de nuevo la cámara con sus propios ajustes</translation>
    </message>
    <message>
      <source>Load a preset…</source>
      <translation>Cargar un preajuste…</translation>
    </message>
    <message>
      <source>Values of the advanced mode, as RealSense Viewer saves them</source>
      <translation>Valores del modo avanzado, tal como los guarda RealSense Viewer</translation>
    </message>
    <message>
      <source>Metadata of the frames</source>
      <translation>Metadatos de los fotogramas</translation>
    </message>
    <message>
      <source>This camera offers no controls.</source>
      <translation>Esta cámara no ofrece controles.</translation>
    </message>
    <message>
      <source>Open a camera to see its controls.</source>
      <translation>Abra una cámara para ver sus controles.</translation>
    </message>
    <message>
      <source>Depth filters: {filters}</source>
      <translation>Filtros de profundidad: {filters}</translation>
    </message>
    <message>
      <source>on</source>
      <translation>activado</translation>
    </message>
    <message>
      <source>off</source>
      <translation>desactivado</translation>
    </message>
    <message>
      <source>{file} is an archive; unpack it and open the video or session in it.</source>
      <translation>{file} es un archivo comprimido; descomprímalo y abra el vídeo o la sesión que contiene.</translation>
    </message>
    <message>
      <source>{file} is a single picture; open a video or a folder of pictures.</source>
      <translation>{file} es una sola imagen; abra un vídeo o una carpeta de imágenes.</translation>
    </message>
    <message>
      <source>{file} contains the weights of a network; export them as an ONNX model and open that.</source>
      <translation>{file} contiene los pesos de una red; expórtelos como modelo ONNX y ábralo.</translation>
    </message>
    <message>
      <source>{file} is a table; a list of people is opened in the Record tab.</source>
      <translation>{file} es una tabla; una lista de personas se abre en la pestaña Grabar.</translation>
    </message>
    <message>
      <source>{file} is a site file; choose it in the preferences.</source>
      <translation>{file} es un archivo de sitio; elíjalo en las preferencias.</translation>
    </message>
    <message>
      <source>{file} describes a model; open the .onnx file beside it.</source>
      <translation>{file} describe un modelo; abra el archivo .onnx que está al lado.</translation>
    </message>
    <message>
      <source>{file} is not a video, a recording, a session or a model.</source>
      <translation>{file} no es un vídeo, una grabación, una sesión ni un modelo.</translation>
    </message>
    <message>
      <source>{file} was not opened: open one source at a time, with at most one colour, one depth and one infrared video.</source>
      <translation>No se abrió {file}: abra una fuente cada vez, con un vídeo de color, uno de profundidad y uno infrarrojo como máximo.</translation>
    </message>
    <message>
      <source>A depth or infrared video needs a colour video; open both together.</source>
      <translation>Un vídeo de profundidad o infrarrojo necesita uno de color; ábralos juntos.</translation>
    </message>
    <message>
      <source>Event log complete: {path} ({lines} lines)</source>
      <translation>Registro de eventos completo: {path} ({lines} líneas)</translation>
    </message>
    <message>
      <source>The source cannot be opened.</source>
      <translation>No se puede abrir la fuente.</translation>
    </message>
    <message>
      <source>Trying again in {seconds} s.</source>
      <translation>Nuevo intento en {seconds} s.</translation>
    </message>
    <message>
      <source>Wrong PIN.</source>
      <translation>PIN incorrecto.</translation>
    </message>
    <message>
      <source>Too many wrong PINs. Try again in {seconds} s.</source>
      <translation>Demasiados PIN incorrectos. Inténtelo de nuevo en {seconds} s.</translation>
    </message>
    <message>
      <source>Leave kiosk mode</source>
      <translation>Salir del modo quiosco</translation>
    </message>
    <message>
      <source>PIN</source>
      <translation>PIN</translation>
    </message>
    <message>
      <source>PIN of the staff:</source>
      <translation>PIN del personal:</translation>
    </message>
    <message>
      <source>Point cloud</source>
      <translation>Nube de puntos</translation>
    </message>
    <message>
      <source>{count} points; drag to turn, wheel to zoom. Metres, from the depth camera.</source>
      <translation>{count} puntos; arrastre para girar, rueda para acercar. Metros, desde la cámara de profundidad.</translation>
    </message>
    <message>
      <source>Save as PLY</source>
      <translation>Guardar como PLY</translation>
    </message>
    <message>
      <source>Saved: {path}</source>
      <translation>Guardado: {path}</translation>
    </message>
    <message>
      <source>OpenGL is missing here, so the points cannot be drawn; they can be saved as PLY.</source>
      <translation>Aquí falta OpenGL, así que los puntos no se pueden dibujar; se pueden guardar como PLY.</translation>
    </message>
    <message>
      <source>The points cannot be saved in {folder} ({why}); choose another folder in the preferences.</source>
      <translation>Los puntos no se pueden guardar en {folder} ({why}); elija otra carpeta en las preferencias.</translation>
    </message>
    <message>
      <source>Choose…</source>
      <translation>Elegir…</translation>
    </message>
    <message>
      <source>Remove</source>
      <translation>Quitar</translation>
    </message>
    <message>
      <source>The distance of “Depth colours to” must be larger than that of “Depth colours from”.</source>
      <translation>«Colores de profundidad hasta» debe ser mayor que «Colores de profundidad desde».</translation>
    </message>
    <message>
      <source>unchanged</source>
      <translation>sin cambios</translation>
    </message>
    <message>
      <source>none</source>
      <translation>ninguno</translation>
    </message>
    <message>
      <source>“Pictures of events” needs “People are told”: tick it, or switch the pictures off.</source>
      <translation>«Imágenes de eventos» requiere «Se informa a las personas»: márquelo o desactive las imágenes.</translation>
    </message>
    <message>
      <source>Keyboard shortcuts</source>
      <translation>Atajos de teclado</translation>
    </message>
    <message>
      <source>or</source>
      <translation>o</translation>
    </message>
    <message>
      <source>List of people (*.csv)</source>
      <translation>Lista de personas (*.csv)</translation>
    </message>
    <message>
      <source>Open a video or recording</source>
      <translation>Abrir un vídeo o una grabación</translation>
    </message>
    <message>
      <source>Choose a model</source>
      <translation>Elegir un modelo</translation>
    </message>
    <message>
      <source>Models (*.onnx)</source>
      <translation>Modelos (*.onnx)</translation>
    </message>
    <message>
      <source>Choose a preset</source>
      <translation>Elegir un preajuste</translation>
    </message>
    <message>
      <source>Camera presets (*.json)</source>
      <translation>Preajustes de cámara (*.json)</translation>
    </message>
    <message>
      <source>Write the event log to</source>
      <translation>Escribir el registro de eventos en</translation>
    </message>
    <message>
      <source>Open a list of people to record</source>
      <translation>Abrir una lista de personas a grabar</translation>
    </message>
    <message>
      <source>About fasdemo</source>
      <translation>Acerca de fasdemo</translation>
    </message>
    <message>
      <source>Videos and recordings</source>
      <translation>Vídeos y grabaciones</translation>
    </message>
    <message>
      <source>All files (*)</source>
      <translation>Todos los archivos (*)</translation>
    </message>
    <message>
      <source>Event log, JSON lines (*.jsonl)</source>
      <translation>Registro de eventos, líneas JSON (*.jsonl)</translation>
    </message>
    <message>
      <source>Event log, spreadsheet (*.csv)</source>
      <translation>Registro de eventos, hoja de cálculo (*.csv)</translation>
    </message>
    <message>
      <source>A verdict is a measurement with errors; the model card gives the error rates. A verdict on a file is not a live-camera decision.</source>
      <translation>Un resultado es una medición con errores; la ficha del modelo da las tasas de error. Un resultado sobre un archivo no es una decisión de una cámara en directo.</translation>
    </message>
    <message>
      <source>Tells a live face from a presentation attack, in real time, from colour, depth and infrared.</source>
      <translation>Distingue en tiempo real un rostro vivo de un ataque de presentación, con color, profundidad e infrarrojo.</translation>
    </message>
    <message>
      <source>{fps:.0f} pictures/s, {count} dropped</source>
      <translation>{fps:.0f} imágenes/s, {count} descartadas</translation>
    </message>
    <message>
      <source>Enter enlarges the picture.</source>
      <translation>Intro amplía la imagen.</translation>
    </message>
    <message>
      <source>Picture: {name}</source>
      <translation>Imagen: {name}</translation>
    </message>
    <message>
      <source>All cameras (Esc)</source>
      <translation>Todas las cámaras (Esc)</translation>
    </message>
    <message>
      <source>{count} cameras</source>
      <translation>{count} cámaras</translation>
    </message>
    <message>
      <source>Event log: {path}, {count} lines</source>
      <translation>Registro de eventos: {path}, {count} líneas</translation>
    </message>
    <message>
      <source>Pictures of events: {count}</source>
      <translation>Imágenes de eventos: {count}</translation>
    </message>
    <message>
      <source>Locked out</source>
      <translation>Bloqueado</translation>
    </message>
    <message>
      <source>Events with pictures</source>
      <translation>Eventos con imágenes</translation>
    </message>
    <message>
      <source>Show</source>
      <translation>Mostrar</translation>
    </message>
    <message>
      <source>Cameras</source>
      <translation>Cámaras</translation>
    </message>
    <message>
      <source>All cameras</source>
      <translation>Todas las cámaras</translation>
    </message>
    <message>
      <source>Events</source>
      <translation>Eventos</translation>
    </message>
    <message>
      <source>All events</source>
      <translation>Todos los eventos</translation>
    </message>
    <message>
      <source>Picture of the event</source>
      <translation>Imagen del evento</translation>
    </message>
    <message>
      <source>Pictures of events are off; switch them on in the preferences.</source>
      <translation>Las imágenes de eventos están desactivadas; actívelas en las preferencias.</translation>
    </message>
    <message>
      <source>{count} events in {folder}, deleted after {days} days.</source>
      <translation>{count} eventos en {folder}, se borran a los {days} días.</translation>
    </message>
    <message>
      <source>There are no events in {folder}.</source>
      <translation>No hay eventos en {folder}.</translation>
    </message>
    <message>
      <source>The picture cannot be read.</source>
      <translation>No se puede leer la imagen.</translation>
    </message>
    <message>
      <source>{shown} of {count} sessions, {subjects} subjects</source>
      <translation>{shown} de {count} sesiones, {subjects} sujetos</translation>
    </message>
    <message>
      <source>no label</source>
      <translation>sin etiqueta</translation>
    </message>
    <message>
      <source>{right} of {count} agree</source>
      <translation>{right} de {count} coinciden</translation>
    </message>
    <message>
      <source>agrees</source>
      <translation>coincide</translation>
    </message>
    <message>
      <source>Search: subject, attack type, date, light or camera</source>
      <translation>Buscar: sujeto, tipo de ataque, fecha, luz o cámara</translation>
    </message>
    <message>
      <source>Search the library</source>
      <translation>Buscar en la biblioteca</translation>
    </message>
    <message>
      <source>Sessions to show</source>
      <translation>Sesiones mostradas</translation>
    </message>
    <message>
      <source>Score selected</source>
      <translation>Puntuar la selección</translation>
    </message>
    <message>
      <source>Compute the verdicts on the selected sessions with the present model, in the background</source>
      <translation>Calcular en segundo plano los veredictos de las sesiones seleccionadas con el modelo actual</translation>
    </message>
    <message>
      <source>Progress</source>
      <translation>Progreso</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>Cancelar</translation>
    </message>
    <message>
      <source>Close the library</source>
      <translation>Cerrar la biblioteca</translation>
    </message>
    <message>
      <source>Recorded sessions</source>
      <translation>Sesiones grabadas</translation>
    </message>
    <message>
      <source>Looking for sessions in {folder} …</source>
      <translation>Buscando sesiones en {folder} …</translation>
    </message>
    <message>
      <source>not scored</source>
      <translation>sin puntuar</translation>
    </message>
    <message>
      <source>{done} of {total} sessions{left}</source>
      <translation>{done} de {total} sesiones{left}</translation>
    </message>
    <message>
      <source>{minutes}:{seconds:02d} left</source>
      <translation>quedan {minutes}:{seconds:02d}</translation>
    </message>
    <message>
      <source>{count} cannot be read</source>
      <translation>{count} ilegibles</translation>
    </message>
    <message>
      <source>Cancelled; the sessions that are finished will not be scored again.</source>
      <translation>Cancelado; las sesiones terminadas no se volverán a puntuar.</translation>
    </message>
    <message>
      <source>{count} other sessions could not be scored either.</source>
      <translation>Tampoco se pudieron puntuar otras {count} sesiones.</translation>
    </message>
    <message>
      <source>Enter enlarges the picture, S takes a snapshot, arrow keys move the point whose distance is shown.</source>
      <translation>Intro amplía la imagen, S la guarda, las flechas mueven el punto cuya distancia se muestra.</translation>
    </message>
    <message>
      <source>no depth</source>
      <translation>sin profundidad</translation>
    </message>
    <message>
      <source>Enter enlarges the picture, S takes a snapshot.</source>
      <translation>Intro amplía la imagen, S la guarda.</translation>
    </message>
    <message>
      <source>Take a snapshot: {name} (S)</source>
      <translation>Guardar imagen: {name} (S)</translation>
    </message>
    <message>
      <source>Enlarge: {name} (double click)</source>
      <translation>Ampliar: {name} (doble clic)</translation>
    </message>
    <message>
      <source>Freeze the pictures (Space)</source>
      <translation>Congelar las imágenes (espacio)</translation>
    </message>
    <message>
      <source>Resume the pictures (Space)</source>
      <translation>Reanudar las imágenes (espacio)</translation>
    </message>
    <message>
      <source>Show all pictures (Esc)</source>
      <translation>Mostrar todas las imágenes (Esc)</translation>
    </message>
    <message>
      <source>frozen</source>
      <translation>congelada</translation>
    </message>
    <message>
      <source>LIVE above {live:.2f}, SPOOF below {spoof:.2f}</source>
      <translation>VIVO por encima de {live:.2f}, ATAQUE por debajo de {spoof:.2f}</translation>
    </message>
    <message>
      <source>Reasons</source>
      <translation>Motivos</translation>
    </message>
    <message>
      <source>Scores</source>
      <translation>Puntuaciones</translation>
    </message>
    <message>
      <source>Physical evidence</source>
      <translation>Indicios físicos</translation>
    </message>
    <message>
      <source>Explained face</source>
      <translation>Rostro explicado</translation>
    </message>
    <message>
      <source>In this frame: {reasons}</source>
      <translation>En este fotograma: {reasons}</translation>
    </message>
    <message>
      <source>Over time</source>
      <translation>En el tiempo</translation>
    </message>
    <message>
      <source>This frame</source>
      <translation>Este fotograma</translation>
    </message>
    <message>
      <source>Network input</source>
      <translation>Entrada de la red</translation>
    </message>
    <message>
      <source>Live score</source>
      <translation>Puntuación de vida</translation>
    </message>
    <message>
      <source>Face {track}, one of {count}; click another one or press F.</source>
      <translation>Rostro {track}, uno de {count}; haga clic en otro o pulse F.</translation>
    </message>
    <message>
      <source>not measured</source>
      <translation>sin medir</translation>
    </message>
    <message>
      <source>face {track}</source>
      <translation>rostro {track}</translation>
    </message>
    <message>
      <source>Score over time</source>
      <translation>Puntuación en el tiempo</translation>
    </message>
    <message>
      <source>LIVE above {value:.2f}</source>
      <translation>VIVO &gt; {value:.2f}</translation>
    </message>
    <message>
      <source>SPOOF below {value:.2f}</source>
      <translation>ATAQUE &lt; {value:.2f}</translation>
    </message>
    <message>
      <source>verdict</source>
      <translation>resultado</translation>
    </message>
    <message>
      <source>truth</source>
      <translation>verdad</translation>
    </message>
    <message>
      <source>live</source>
      <translation>vivo</translation>
    </message>
    <message>
      <source>attack</source>
      <translation>ataque</translation>
    </message>
    <message>
      <source>marker {number}</source>
      <translation>marca {number}</translation>
    </message>
    <message>
      <source>Latency by stage</source>
      <translation>Latencia por etapa</translation>
    </message>
    <message>
      <source>captured {captured:.1f}, processed {processed:.1f}, drawn {drawn:.1f} frames per second</source>
      <translation>captados {captured:.1f}, procesados {processed:.1f}, dibujados {drawn:.1f} fotogramas por segundo</translation>
    </message>
    <message>
      <source>{lost} lost by the camera, {skipped} skipped by the engine</source>
      <translation>{lost} perdidos por la cámara, {skipped} omitidos por el motor</translation>
    </message>
    <message>
      <source>{network}, trained on {data}.</source>
      <translation>{network}, entrenada con {data}.</translation>
    </message>
    <message>
      <source>Latency: median / 95th percentile</source>
      <translation>Latencia: mediana / percentil 95</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>Modelo</translation>
    </message>
    <message>
      <source>Skipped</source>
      <translation>Omitidos</translation>
    </message>
    <message>
      <source>Streams</source>
      <translation>Flujos</translation>
    </message>
    <message>
      <source>Policy</source>
      <translation>Política</translation>
    </message>
    <message>
      <source>Runs on</source>
      <translation>Se ejecuta en</translation>
    </message>
    <message>
      <source>projector on</source>
      <translation>proyector encendido</translation>
    </message>
    <message>
      <source>projector off</source>
      <translation>proyector apagado</translation>
    </message>
    <message>
      <source>{takes} takes of {subjects} subjects; {missing} combinations are missing (–).</source>
      <translation>{takes} tomas de {subjects} personas; faltan {missing} combinaciones (–).</translation>
    </message>
    <message>
      <source>Coverage</source>
      <translation>Cobertura</translation>
    </message>
    <message>
      <source>{count} sessions cannot be read.</source>
      <translation>{count} sesiones no se pueden leer.</translation>
    </message>
    <message>
      <source>Keep the last {seconds:.0f} s in memory</source>
      <translation>Conservar los últimos {seconds:.0f} s en memoria</translation>
    </message>
    <message>
      <source>At most {megabytes:.0f} MB; deleted when the camera is closed</source>
      <translation>Como máximo {megabytes:.0f} MB; se borra al cerrar la cámara</translation>
    </message>
    <message>
      <source>Save the last {seconds:.0f} s</source>
      <translation>Guardar los últimos {seconds:.0f} s</translation>
    </message>
    <message>
      <source>Coverage…</source>
      <translation>Cobertura…</translation>
    </message>
    <message>
      <source>Export crops…</source>
      <translation>Exportar…</translation>
    </message>
    <message>
      <source>{seconds:.1f} s in {megabytes:.0f} MB</source>
      <translation>{seconds:.1f} s en {megabytes:.0f} MB</translation>
    </message>
    <message>
      <source>{folder}: {count} crops.</source>
      <translation>{folder}: {count} recortes.</translation>
    </message>
    <message>
      <source>New folder for the crops</source>
      <translation>Carpeta nueva para los recortes</translation>
    </message>
    <message>
      <source>Exporting crops into {folder} …</source>
      <translation>Exportando recortes a {folder} …</translation>
    </message>
    <message>
      <source>{folder}: has no sessions yet; record some first.</source>
      <translation>{folder}: aún no tiene sesiones; grabe alguna primero.</translation>
    </message>
    <message>
      <source>Left out: {what}.</source>
      <translation>Omitidos: {what}.</translation>
    </message>
    <message>
      <source>That did not work ({why}).</source>
      <translation>No ha funcionado ({why}).</translation>
    </message>
    <message>
      <source>Shown now</source>
      <translation>Se muestra ahora</translation>
    </message>
    <message>
      <source>Choose what is shown from now on; each frame is labelled with what is shown in it</source>
      <translation>Elija lo que se muestra a partir de ahora; cada imagen se etiqueta con lo que muestra</translation>
    </message>
    <message>
      <source>S&amp;hown now</source>
      <translation>Se muestra a&amp;hora</translation>
    </message>
    <message>
      <source>{subject}: {done} of {count} takes</source>
      <translation>{subject}: {done} de {count} tomas</translation>
    </message>
    <message>
      <source>People</source>
      <translation>Personas</translation>
    </message>
    <message>
      <source>Open a list…</source>
      <translation>Abrir lista…</translation>
    </message>
    <message>
      <source>Live person</source>
      <translation>Persona viva</translation>
    </message>
    <message>
      <source>Attack</source>
      <translation>Ataque</translation>
    </message>
    <message>
      <source>e.g. A4 laser print</source>
      <translation>p. ej. impresión láser A4</translation>
    </message>
    <message>
      <source>pseudonym, e.g. S01</source>
      <translation>seudónimo, p. ej. S01</translation>
    </message>
    <message>
      <source>The person has agreed</source>
      <translation>La persona ha aceptado</translation>
    </message>
    <message>
      <source>no limit</source>
      <translation>sin límite</translation>
    </message>
    <message>
      <source>Start recording</source>
      <translation>Iniciar la grabación</translation>
    </message>
    <message>
      <source>Count-down</source>
      <translation>Cuenta atrás</translation>
    </message>
    <message>
      <source>Starting…</source>
      <translation>Iniciando…</translation>
    </message>
    <message>
      <source>Finishing…</source>
      <translation>Finalizando…</translation>
    </message>
    <message>
      <source>Stop recording</source>
      <translation>Detener la grabación</translation>
    </message>
    <message>
      <source>Open a camera to record a session.</source>
      <translation>Abra una cámara para grabar una sesión.</translation>
    </message>
    <message>
      <source>This source is a file; open a camera to record.</source>
      <translation>Esta fuente es un archivo; abra una cámara para grabar.</translation>
    </message>
    <message>
      <source>Enter a pseudonym of letters, digits, '.', '_' and '-', never a real name.</source>
      <translation>Escriba un seudónimo con letras, cifras, '.', '_' y '-', nunca un nombre real.</translation>
    </message>
    <message>
      <source>Enter the attack type, e.g. print-flat.</source>
      <translation>Escriba el tipo de ataque, p. ej. print-flat.</translation>
    </message>
    <message>
      <source>Tick consent to record.</source>
      <translation>Marque el consentimiento para grabar.</translation>
    </message>
    <message>
      <source>{days} days</source>
      <translation>{days} días</translation>
    </message>
    <message>
      <source>What is shown</source>
      <translation>Qué se muestra</translation>
    </message>
    <message>
      <source>Attack type</source>
      <translation>Tipo de ataque</translation>
    </message>
    <message>
      <source>Attack material</source>
      <translation>Material del ataque</translation>
    </message>
    <message>
      <source>Distance, light</source>
      <translation>Distancia, luz</translation>
    </message>
    <message>
      <source>Consent</source>
      <translation>Consentimiento</translation>
    </message>
    <message>
      <source>Statement</source>
      <translation>Declaración</translation>
    </message>
    <message>
      <source>Keep until</source>
      <translation>Conservar hasta</translation>
    </message>
    <message>
      <source>Labelled session</source>
      <translation>Sesión etiquetada</translation>
    </message>
    <message>
      <source>Cancel: starts in {seconds} s</source>
      <translation>Cancelar: empieza en {seconds} s</translation>
    </message>
    <message>
      <source>Time</source>
      <translation>Tiempo</translation>
    </message>
    <message>
      <source>Written</source>
      <translation>Escritos</translation>
    </message>
    <message>
      <source>Lost</source>
      <translation>Perdidos</translation>
    </message>
    <message>
      <source>Disk left</source>
      <translation>Disco libre</translation>
    </message>
    <message>
      <source>Signed form: {form}.</source>
      <translation>Formulario firmado: {form}.</translation>
    </message>
    <message>
      <source>Marker {count} set.</source>
      <translation>Marca {count} puesta.</translation>
    </message>
    <message>
      <source>Nothing is recorded, so there is no marker.</source>
      <translation>No se está grabando nada, así que no hay marca.</translation>
    </message>
    <message>
      <source>REC in {seconds} s</source>
      <translation>REC en {seconds} s</translation>
    </message>
    <message>
      <source>Shown from now on: {kind}.</source>
      <translation>A partir de ahora se muestra: {kind}.</translation>
    </message>
    <message>
      <source>Deleted: {path}</source>
      <translation>Borrado: {path}</translation>
    </message>
    <message>
      <source>Discard the take</source>
      <translation>Descartar la toma</translation>
    </message>
    <message>
      <source>Delete this take? It cannot be restored.</source>
      <translation>¿Borrar esta toma? No se puede recuperar.</translation>
    </message>
    <message>
      <source>Relabel the take</source>
      <translation>Cambiar la etiqueta de la toma</translation>
    </message>
    <message>
      <source>Note about the take</source>
      <translation>Nota sobre la toma</translation>
    </message>
    <message>
      <source>{seconds:.0f} s</source>
      <translation>{seconds:.0f} s</translation>
    </message>
    <message>
      <source>Takes</source>
      <translation>Tomas</translation>
    </message>
    <message>
      <source>Nothing has been recorded yet.</source>
      <translation>Aún no se ha grabado nada.</translation>
    </message>
    <message>
      <source>&amp;Play</source>
      <translation>Re&amp;producir</translation>
    </message>
    <message>
      <source>&amp;Note…</source>
      <translation>&amp;Nota…</translation>
    </message>
    <message>
      <source>Rela&amp;bel…</source>
      <translation>&amp;Etiqueta…</translation>
    </message>
    <message>
      <source>&amp;Discard…</source>
      <translation>&amp;Descartar…</translation>
    </message>
    <message>
      <source>This failed because of an error in fasdemo; see the terminal or the log.</source>
      <translation>Ha fallado por un error de fasdemo; consulte el terminal o el registro.</translation>
    </message>
    <message>
      <source>Open the camera first; recordings are calibrated with `fasdemo calibrate`.</source>
      <translation>Abra primero la cámara; las grabaciones se calibran con `fasdemo calibrate`.</translation>
    </message>
    <message>
      <source>{frames} frames with one face</source>
      <translation>{frames} fotogramas con una cara</translation>
    </message>
    <message>
      <source>Model or policy were changed between the measurements; measure again.</source>
      <translation>El modelo o la política cambiaron entre las mediciones; mida de nuevo.</translation>
    </message>
    <message>
      <source>The attacks are measured; live people are still needed.</source>
      <translation>Los ataques están medidos; todavía faltan personas reales.</translation>
    </message>
    <message>
      <source>The camera gave no frames with a verdict; check it and measure again.</source>
      <translation>La cámara no dio fotogramas con veredicto; revísela y mida de nuevo.</translation>
    </message>
    <message>
      <source>Calibrate the scores to this camera</source>
      <translation>Calibrar las puntuaciones para esta cámara</translation>
    </message>
    <message>
      <source>For one minute, people look at the camera from 0.4 to 1 m, one at a time. Then, if you like, show prints of them. Only measurements are kept, no pictures. The bias stays within the model's limits.</source>
      <translation>Durante un minuto, las personas miran a la cámara desde 0,4 a 1 m, de una en una. Después, si quiere, muestre impresiones de ellas. Solo se guardan mediciones, ninguna imagen. El sesgo queda dentro de los límites del modelo.</translation>
    </message>
    <message>
      <source>State of the calibration</source>
      <translation>Estado de la calibración</translation>
    </message>
    <message>
      <source>Measure live people</source>
      <translation>Medir personas reales</translation>
    </message>
    <message>
      <source>Measure attacks</source>
      <translation>Medir ataques</translation>
    </message>
    <message>
      <source>Stop</source>
      <translation>Parar</translation>
    </message>
    <message>
      <source>Save the site file…</source>
      <translation>Guardar el archivo de sitio…</translation>
    </message>
    <message>
      <source>Close</source>
      <translation>Cerrar</translation>
    </message>
    <message>
      <source>Folder of labelled sessions</source>
      <translation>Carpeta de sesiones etiquetadas</translation>
    </message>
    <message>
      <source>Save as a policy</source>
      <translation>Guardar como política</translation>
    </message>
    <message>
      <source>Name of the policy</source>
      <translation>Nombre de la política</translation>
    </message>
    <message>
      <source>Save a copy of the model</source>
      <translation>Guardar una copia del modelo</translation>
    </message>
    <message>
      <source>Save a site file</source>
      <translation>Guardar un archivo de sitio</translation>
    </message>
    <message>
      <source>Site files (*.json)</source>
      <translation>Archivos de sitio (*.json)</translation>
    </message>
    <message>
      <source>Save a report</source>
      <translation>Guardar un informe</translation>
    </message>
    <message>
      <source>Reports (*.html)</source>
      <translation>Informes (*.html)</translation>
    </message>
    <message>
      <source>Wrong and uncertain verdicts</source>
      <translation>Veredictos erróneos e inciertos</translation>
    </message>
    <message>
      <source>Reasons and measurements</source>
      <translation>Motivos y mediciones</translation>
    </message>
    <message>
      <source>Show the frame</source>
      <translation>Mostrar el fotograma</translation>
    </message>
    <message>
      <source>Play the session in the main window up to this frame</source>
      <translation>Reproducir la sesión en la ventana principal hasta este fotograma</translation>
    </message>
    <message>
      <source>Correct the label…</source>
      <translation>Corregir la etiqueta…</translation>
    </message>
    <message>
      <source>{wrong} wrong and {uncertain} uncertain verdicts</source>
      <translation>{wrong} veredictos erróneos y {uncertain} inciertos</translation>
    </message>
    <message>
      <source>bona fide</source>
      <translation>genuina (bona fide)</translation>
    </message>
    <message>
      <source>no reasons</source>
      <translation>sin motivos</translation>
    </message>
    <message>
      <source>Select a row to see its pictures, reasons and measurements.</source>
      <translation>Seleccione una fila para ver sus imágenes, motivos y mediciones.</translation>
    </message>
    <message>
      <source>Frame {frame}</source>
      <translation>Fotograma {frame}</translation>
    </message>
    <message>
      <source>Histogram of the scores</source>
      <translation>Histograma de las puntuaciones</translation>
    </message>
    <message>
      <source>score of a presentation</source>
      <translation>puntuación de una presentación</translation>
    </message>
    <message>
      <source>presentations</source>
      <translation>presentaciones</translation>
    </message>
    <message>
      <source>LIVE above {value:.3f}</source>
      <translation>LIVE por encima de {value:.3f}</translation>
    </message>
    <message>
      <source>SPOOF below {value:.3f}</source>
      <translation>ATAQUE por debajo de {value:.3f}</translation>
    </message>
    <message>
      <source>DET curve</source>
      <translation>Curva DET</translation>
    </message>
    <message>
      <source>highest APCER of all species</source>
      <translation>APCER más alta de todas las especies</translation>
    </message>
    <message>
      <source>BPCER</source>
      <translation>BPCER</translation>
    </message>
    <message>
      <source>Choose a file…</source>
      <translation>Elegir un archivo…</translation>
    </message>
    <message>
      <source>Model's default</source>
      <translation>Predeterminada del modelo</translation>
    </message>
    <message>
      <source>Choose a folder…</source>
      <translation>Elegir una carpeta…</translation>
    </message>
    <message>
      <source>First</source>
      <translation>Primero</translation>
    </message>
    <message>
      <source>Compare with</source>
      <translation>Comparar con</translation>
    </message>
    <message>
      <source>Second</source>
      <translation>Segundo</translation>
    </message>
    <message>
      <source>Save</source>
      <translation>Guardar</translation>
    </message>
    <message>
      <source>{policy} (default)</source>
      <translation>{policy} (predeterminada)</translation>
    </message>
    <message>
      <source>Thresholds as a policy…</source>
      <translation>Umbrales como política…</translation>
    </message>
    <message>
      <source>Threshold as a site file…</source>
      <translation>Umbral como archivo de sitio…</translation>
    </message>
    <message>
      <source>Report…</source>
      <translation>Informe…</translation>
    </message>
    <message>
      <source>Tuning – fasdemo</source>
      <translation>Ajuste – fasdemo</translation>
    </message>
    <message>
      <source>Looking for sessions …</source>
      <translation>Buscando sesiones …</translation>
    </message>
    <message>
      <source>The sessions are being scored.</source>
      <translation>Se están puntuando las sesiones.</translation>
    </message>
    <message>
      <source>Choose a folder of labelled sessions to score.</source>
      <translation>Elija una carpeta de sesiones etiquetadas para puntuar.</translation>
    </message>
    <message>
      <source>Use it</source>
      <translation>Usarlo</translation>
    </message>
    <message>
      <source>{count} more are in the report.</source>
      <translation>Hay {count} más en el informe.</translation>
    </message>
    <message>
      <source>LIVE above</source>
      <translation>LIVE por encima de</translation>
    </message>
    <message>
      <source>SPOOF below</source>
      <translation>ATAQUE por debajo de</translation>
    </message>
    <message>
      <source>Reset to the policy</source>
      <translation>Restablecer la política</translation>
    </message>
    <message>
      <source>Set the thresholds of the policy</source>
      <translation>Usar los umbrales de la política</translation>
    </message>
    <message>
      <source>Error rates</source>
      <translation>Tasas de error</translation>
    </message>
    <message>
      <source>{errors} of {total}</source>
      <translation>{errors} de {total}</translation>
    </message>
    <message>
      <source>beyond its limit</source>
      <translation>fuera de su límite</translation>
    </message>
    <message>
      <source>Aligned crops given to the network</source>
      <translation>Recortes alineados que recibe la red</translation>
    </message>
    <message>
      <source>not used</source>
      <translation>sin usar</translation>
    </message>
    <message>
      <source>missing</source>
      <translation>falta</translation>
    </message>
    <message>
      <source>Message</source>
      <translation>Mensaje</translation>
    </message>
    <message>
      <source>Close the message</source>
      <translation>Cerrar el mensaje</translation>
    </message>
    <message>
      <source>Fastest</source>
      <translation>Máxima</translation>
    </message>
    <message>
      <source>Previous frame (Left)</source>
      <translation>Fotograma anterior (Izquierda)</translation>
    </message>
    <message>
      <source>Pause (Space)</source>
      <translation>Pausa (Espacio)</translation>
    </message>
    <message>
      <source>Next frame (Right)</source>
      <translation>Fotograma siguiente (Derecha)</translation>
    </message>
    <message>
      <source>Position in the file</source>
      <translation>Posición en el archivo</translation>
    </message>
    <message>
      <source>Time and frame</source>
      <translation>Tiempo y fotograma</translation>
    </message>
    <message>
      <source>Speed</source>
      <translation>Velocidad</translation>
    </message>
    <message>
      <source>Speed ([ and ])</source>
      <translation>Velocidad ([ y ])</translation>
    </message>
    <message>
      <source>Loop (L)</source>
      <translation>Bucle (L)</translation>
    </message>
    <message>
      <source>frame {number} of {count}</source>
      <translation>fotograma {number} de {count}</translation>
    </message>
    <message>
      <source>Play (Space)</source>
      <translation>Reproducir (Espacio)</translation>
    </message>
    <message>
      <source>frame {number}</source>
      <translation>fotograma {number}</translation>
    </message>
    <message>
      <source>1 marker</source>
      <translation>1 marca</translation>
    </message>
    <message>
      <source>{count} markers</source>
      <translation>{count} marcas</translation>
    </message>
    <message>
      <source>no face</source>
      <translation>sin rostro</translation>
    </message>
    <message>
      <source>Captured {captured:.0f}, processed {processed:.0f}, drawn {drawn:.0f} fps</source>
      <translation>Captados {captured:.0f}, procesados {processed:.0f}, dibujados {drawn:.0f} fps</translation>
    </message>
    <message>
      <source>Latency {p50:.0f} ms (95th percentile {p95:.0f} ms)</source>
      <translation>Latencia {p50:.0f} ms (percentil 95: {p95:.0f} ms)</translation>
    </message>
    <message>
      <source>Frames skipped: {count}</source>
      <translation>Fotogramas omitidos: {count}</translation>
    </message>
    <message>
      <source>LOG {file}: {lines}</source>
      <translation>LOG {file}: {lines}</translation>
    </message>
    <message>
      <source>{lines} lines in the event log {path}; press Ctrl+L to stop it</source>
      <translation>{lines} líneas en el registro de eventos {path}; pulse Ctrl+L para detenerlo</translation>
    </message>
    <message>
      <source>OUTPUT FAILED</source>
      <translation>SALIDA AVERIADA</translation>
    </message>
    <message>
      <source>Output: {sent} sent</source>
      <translation>Salida: {sent} enviadas</translation>
    </message>
    <message>
      <source>{name}: {sent} sent, {failed} failed</source>
      <translation>{name}: {sent} enviadas, {failed} fallidas</translation>
    </message>
    <message>
      <source>Open a source</source>
      <translation>Abrir una fuente</translation>
    </message>
    <message>
      <source>Choose a camera, a video or a recorded session</source>
      <translation>Elija una cámara, un vídeo o una sesión grabada</translation>
    </message>
    <message>
      <source>The network that rates each face</source>
      <translation>La red que valora cada rostro</translation>
    </message>
    <message>
      <source>The thresholds that turn a score into a verdict</source>
      <translation>Los umbrales que convierten una puntuación en un resultado</translation>
    </message>
    <message>
      <source>The device that runs the network</source>
      <translation>El dispositivo que ejecuta la red</translation>
    </message>
    <message>
      <source>More</source>
      <translation>Más</translation>
    </message>
    <message>
      <source>RealSense camera</source>
      <translation>Cámara RealSense</translation>
    </message>
    <message>
      <source>Webcam</source>
      <translation>Cámara web</translation>
    </message>
    <message>
      <source>Video or recording…</source>
      <translation>Vídeo o grabación…</translation>
    </message>
    <message>
      <source>Session or picture folder…</source>
      <translation>Sesión o carpeta de imágenes…</translation>
    </message>
    <message>
      <source>Library of recordings</source>
      <translation>Biblioteca de grabaciones</translation>
    </message>
    <message>
      <source>Demo session</source>
      <translation>Sesión de demostración</translation>
    </message>
    <message>
      <source>Record a labelled session (Ctrl+3)</source>
      <translation>Grabar una sesión etiquetada (Ctrl+3)</translation>
    </message>
    <message>
      <source>Kiosk mode: only the verdict, full screen (F11)</source>
      <translation>Modo quiosco: solo el resultado, a pantalla completa (F11)</translation>
    </message>
    <message>
      <source>Keyboard shortcuts (?)</source>
      <translation>Atajos de teclado (?)</translation>
    </message>
    <message>
      <source>Events with pictures…</source>
      <translation>Eventos con imágenes…</translation>
    </message>
    <message>
      <source>Calibrate…</source>
      <translation>Calibrar…</translation>
    </message>
    <message>
      <source>Event log…</source>
      <translation>Registro de eventos…</translation>
    </message>
    <message>
      <source>Tune…</source>
      <translation>Ajustar…</translation>
    </message>
    <message>
      <source>Preferences…</source>
      <translation>Preferencias…</translation>
    </message>
    <message>
      <source>Stop the event log</source>
      <translation>Detener el registro de eventos</translation>
    </message>
    <message>
      <source>Is there a live person in front of the camera?</source>
      <translation>¿Hay una persona viva ante la cámara?</translation>
    </message>
    <message>
      <source>Open a camera, a video or a recorded session, or drop a file or folder here.</source>
      <translation>Abra una cámara, un vídeo o una sesión grabada, o suelte aquí un archivo o una carpeta.</translation>
    </message>
    <message>
      <source>Recent</source>
      <translation>Recientes</translation>
    </message>
    <message>
      <source>{name} tab</source>
      <translation>Pestaña {name}</translation>
    </message>
    <message>
      <source>There is no point cloud: the picture has no depth, or the camera has no calibration.</source>
      <translation>No hay nube de puntos: la imagen no tiene profundidad o la cámara no tiene calibración.</translation>
    </message>
    <message>
      <source>{picture}: there is no picture to save.</source>
      <translation>{picture}: no hay imagen que guardar.</translation>
    </message>
    <message>
      <source>The snapshot cannot be saved in {folder} ({why}); choose another folder in the preferences.</source>
      <translation>No se puede guardar la captura en {folder} ({why}); elija otra carpeta en las preferencias.</translation>
    </message>
    <message>
      <source>Loading the model {model} and the face detector … {seconds} s</source>
      <translation>Cargando el modelo {model} y el detector de rostros … {seconds} s</translation>
    </message>
    <message>
      <source>Opening…</source>
      <translation>Abriendo…</translation>
    </message>
    <message>
      <source>{picture}: not in this frame</source>
      <translation>{picture}: no está en este fotograma</translation>
    </message>
    <message>
      <source>The pictures are frozen, and the camera continues. Space shows the current pictures.</source>
      <translation>Las imágenes están congeladas y la cámara sigue. La barra espaciadora muestra las imágenes actuales.</translation>
    </message>
    <message>
      <source>Loading the model and the face detector … {seconds} s</source>
      <translation>Cargando el modelo y el detector de rostros … {seconds} s</translation>
    </message>
    <message>
      <source>No new picture from the camera</source>
      <translation>No llega imagen nueva de la cámara</translation>
    </message>
    <message>
      <source>● Recording</source>
      <translation>● Grabando</translation>
    </message>
    <message>
      <source>The door does not answer; please ask the staff for help.</source>
      <translation>La puerta no responde; pida ayuda al personal.</translation>
    </message>
    <message>
      <source>No picture</source>
      <translation>Sin imagen</translation>
    </message>
    <message>
      <source>A recording is running; stop it (R) before opening another source.</source>
      <translation>Hay una grabación en marcha; deténgala (R) antes de abrir otra fuente.</translation>
    </message>
    <message>
      <source>A recording is running; stop it (R) before closing the source.</source>
      <translation>Hay una grabación en marcha; deténgala (R) antes de cerrar la fuente.</translation>
    </message>
    <message>
      <source>Opening {source} …</source>
      <translation>Abriendo {source} …</translation>
    </message>
    <message>
      <source>The demo session is missing; install fasdemo again.</source>
      <translation>Falta la sesión de demostración; instale fasdemo de nuevo.</translation>
    </message>
    <message>
      <source>{source} continues.</source>
      <translation>{source} continúa.</translation>
    </message>
    <message>
      <source>Try again</source>
      <translation>Reintentar</translation>
    </message>
    <message>
      <source>No new picture from the camera; there is no verdict.</source>
      <translation>No llega imagen nueva de la cámara; no hay resultado.</translation>
    </message>
    <message>
      <source>This picture could not be processed.</source>
      <translation>Esta imagen no se pudo procesar.</translation>
    </message>
    <message>
      <source>No model is loaded.</source>
      <translation>No hay ningún modelo cargado.</translation>
    </message>
    <message>
      <source>Please ask the staff for help.</source>
      <translation>Pida ayuda al personal, por favor.</translation>
    </message>
    <message>
      <source>The file shows a live person.</source>
      <translation>El archivo muestra una persona viva.</translation>
    </message>
    <message>
      <source>Live person detected.</source>
      <translation>Persona viva detectada.</translation>
    </message>
    <message>
      <source>The last pictures together were rated as an attack.</source>
      <translation>Las últimas imágenes, en conjunto, se consideraron un ataque.</translation>
    </message>
    <message>
      <source>no score yet</source>
      <translation>aún sin puntuación</translation>
    </message>
    <message>
      <source>Loading the model …</source>
      <translation>Cargando el modelo …</translation>
    </message>
    <message>
      <source>Thank you.</source>
      <translation>Gracias.</translation>
    </message>
    <message>
      <source>Camera problem: {words}.</source>
      <translation>Problema de la cámara: {words}.</translation>
    </message>
    <message>
      <source>score {score:.2f}</source>
      <translation>puntuación {score:.2f}</translation>
    </message>
    <message>
      <source>{count} faces: {listed}</source>
      <translation>{count} rostros: {listed}</translation>
    </message>
  </context>
</TS>
