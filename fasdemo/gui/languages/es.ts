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
      <source>The depth image has almost no depth values.</source>
      <translation>La imagen de profundidad casi no tiene valores.</translation>
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
      <source>Too many attempts were refused; please wait a moment or ask the staff for help.</source>
      <translation>Se rechazaron demasiados intentos; espere un momento o pida ayuda al personal.</translation>
    </message>
    <message>
      <source>Several attempts were refused, so the camera is locked for a while.</source>
      <translation>Se rechazaron varios intentos, así que la cámara está bloqueada un rato.</translation>
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
      <source>Only colour was used: on 55 real pictures, the colour model was no better than chance (AUC 0.55).</source>
      <translation>Solo se usó el color: en 55 imágenes reales, el modelo de color no fue mejor que el azar (AUC 0,55).</translation>
    </message>
    <message>
      <source>The face moves like a flat picture: no part of it is closer than the rest.</source>
      <translation>El rostro se mueve como una imagen plana: ninguna parte está más cerca que el resto.</translation>
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
      <source>One moment, please.</source>
      <translation>Un momento, por favor.</translation>
    </message>
    <message>
      <source>There is not enough evidence yet.</source>
      <translation>Aún no hay indicios suficientes.</translation>
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
      <source>Only the network judged the whole picture, without face detection, physical evidence or time.</source>
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
      <source>Opening…</source>
      <translation>Abriendo…</translation>
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
      <source>Loading the model {model} and the face detector … {seconds} s</source>
      <translation>Cargando el modelo {model} y el detector de rostros … {seconds} s</translation>
    </message>
    <message>
      <source>No picture</source>
      <translation>Sin imagen</translation>
    </message>
    <message>
      <source>{picture}: not in this frame</source>
      <translation>{picture}: no está en este fotograma</translation>
    </message>
    <message>
      <source>Loading the model and the face detector … {seconds} s</source>
      <translation>Cargando el modelo y el detector de rostros … {seconds} s</translation>
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
      <source>Too many wrong PINs. Try again in {seconds} s.</source>
      <translation>Demasiados PIN incorrectos. Inténtelo de nuevo en {seconds} s.</translation>
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
      <source>Opening {source} …</source>
      <translation>Abriendo {source} …</translation>
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
