<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
  <context>
    <name>fasdemo</name>
    <message>
      <source>LIVE</source>
      <translation>LIVE</translation>
    </message>
    <message>
      <source>SPOOF</source>
      <translation>ANGRIFF</translation>
    </message>
    <message>
      <source>UNCERTAIN</source>
      <translation>UNSICHER</translation>
    </message>
    <message>
      <source>NO SOURCE</source>
      <translation>KEINE QUELLE</translation>
    </message>
    <message>
      <source>OPENING</source>
      <translation>WIRD GEÖFFNET</translation>
    </message>
    <message>
      <source>STARTING</source>
      <translation>STARTET</translation>
    </message>
    <message>
      <source>NO PICTURE</source>
      <translation>KEIN BILD</translation>
    </message>
    <message>
      <source>NO VERDICT</source>
      <translation>KEIN ERGEBNIS</translation>
    </message>
    <message>
      <source>NO FACE</source>
      <translation>KEIN GESICHT</translation>
    </message>
    <message>
      <source>FROZEN</source>
      <translation>EINGEFROREN</translation>
    </message>
    <message>
      <source>ACCEPTED</source>
      <translation>ANGENOMMEN</translation>
    </message>
    <message>
      <source>ONE MOMENT</source>
      <translation>EINEN MOMENT</translation>
    </message>
    <message>
      <source>WELCOME</source>
      <translation>WILLKOMMEN</translation>
    </message>
    <message>
      <source>OUT OF ORDER</source>
      <translation>AUSSER BETRIEB</translation>
    </message>
    <message>
      <source>PLEASE FOLLOW</source>
      <translation>BITTE MITMACHEN</translation>
    </message>
    <message>
      <source>Open a camera, a video or a recorded session.</source>
      <translation>Öffnen Sie eine Kamera, ein Video oder eine Aufnahme.</translation>
    </message>
    <message>
      <source>Camera disconnected. Reconnecting …</source>
      <translation>Kamera getrennt. Wird neu verbunden …</translation>
    </message>
    <message>
      <source>FILE, not a live-camera decision</source>
      <translation>DATEI, keine Entscheidung einer Live-Kamera</translation>
    </message>
    <message>
      <source>RGB only: lower assurance</source>
      <translation>Nur Farbe: geringere Sicherheit</translation>
    </message>
    <message>
      <source>VIRTUAL CAMERA, not a live-camera decision</source>
      <translation>VIRTUELLE KAMERA, keine Entscheidung einer Live-Kamera</translation>
    </message>
    <message>
      <source>Colour</source>
      <translation>Farbe</translation>
    </message>
    <message>
      <source>Depth</source>
      <translation>Tiefe</translation>
    </message>
    <message>
      <source>Infrared</source>
      <translation>Infrarot</translation>
    </message>
    <message>
      <source>Capture</source>
      <translation>Aufnahme</translation>
    </message>
    <message>
      <source>Find faces</source>
      <translation>Gesichter finden</translation>
    </message>
    <message>
      <source>Align</source>
      <translation>Ausrichten</translation>
    </message>
    <message>
      <source>Network</source>
      <translation>Netz</translation>
    </message>
    <message>
      <source>Total</source>
      <translation>Gesamt</translation>
    </message>
    <message>
      <source>Why</source>
      <translation>Warum</translation>
    </message>
    <message>
      <source>Timing</source>
      <translation>Zeiten</translation>
    </message>
    <message>
      <source>Record</source>
      <translation>Aufnehmen</translation>
    </message>
    <message>
      <source>Camera</source>
      <translation>Kamera</translation>
    </message>
    <message>
      <source>Subject</source>
      <translation>Person</translation>
    </message>
    <message>
      <source>Shown</source>
      <translation>Gezeigt</translation>
    </message>
    <message>
      <source>Verdicts</source>
      <translation>Urteile</translation>
    </message>
    <message>
      <source>Agreement</source>
      <translation>Übereinstimmung</translation>
    </message>
    <message>
      <source>Recorded</source>
      <translation>Aufgenommen</translation>
    </message>
    <message>
      <source>Length</source>
      <translation>Länge</translation>
    </message>
    <message>
      <source>Distance</source>
      <translation>Entfernung</translation>
    </message>
    <message>
      <source>Lighting</source>
      <translation>Beleuchtung</translation>
    </message>
    <message>
      <source>Folder</source>
      <translation>Ordner</translation>
    </message>
    <message>
      <source>All sessions</source>
      <translation>Alle Sitzungen</translation>
    </message>
    <message>
      <source>Last 7 days</source>
      <translation>Letzte 7 Tage</translation>
    </message>
    <message>
      <source>Verdict differs from the truth</source>
      <translation>Urteil weicht von der Wahrheit ab</translation>
    </message>
    <message>
      <source>Not scored</source>
      <translation>Nicht bewertet</translation>
    </message>
    <message>
      <source>attack accepted</source>
      <translation>Angriff angenommen</translation>
    </message>
    <message>
      <source>live person refused</source>
      <translation>echte Person abgelehnt</translation>
    </message>
    <message>
      <source>uncertain</source>
      <translation>unsicher</translation>
    </message>
    <message>
      <source>I agree that my face is recorded in colour, depth and infrared for liveness research.</source>
      <translation>Ich bin einverstanden, dass mein Gesicht in Farbe, Tiefe und Infrarot für die Forschung zur Lebenderkennung aufgenommen wird.</translation>
    </message>
    <message>
      <source>Pictures of the people in front of the camera are stored on this computer when a face is accepted, refused or locked out. They must be told so before they are seen, for example by a sign at the camera, and in many countries they must agree.</source>
      <translation>Bilder der Personen vor der Kamera werden auf diesem Computer gespeichert, wenn ein Gesicht angenommen, abgelehnt oder gesperrt wird. Sie müssen es vorher erfahren, zum Beispiel durch ein Schild an der Kamera, und in vielen Ländern müssen sie zustimmen.</translation>
    </message>
    <message>
      <source>Automatic</source>
      <translation>Automatisch</translation>
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
      <translation>Bilder</translation>
    </message>
    <message>
      <source>Depth filters</source>
      <translation>Tiefenfilter</translation>
    </message>
    <message>
      <source>Motion</source>
      <translation>Bewegung</translation>
    </message>
    <message>
      <source>Name</source>
      <translation>Name</translation>
    </message>
    <message>
      <source>Serial number</source>
      <translation>Seriennummer</translation>
    </message>
    <message>
      <source>Firmware</source>
      <translation>Firmware</translation>
    </message>
    <message>
      <source>Recommended firmware</source>
      <translation>Empfohlene Firmware</translation>
    </message>
    <message>
      <source>USB type</source>
      <translation>USB-Typ</translation>
    </message>
    <message>
      <source>Preset</source>
      <translation>Voreinstellung</translation>
    </message>
    <message>
      <source>not noted</source>
      <translation>nicht notiert</translation>
    </message>
    <message>
      <source>near</source>
      <translation>nah</translation>
    </message>
    <message>
      <source>middle</source>
      <translation>mittel</translation>
    </message>
    <message>
      <source>far</source>
      <translation>fern</translation>
    </message>
    <message>
      <source>bright</source>
      <translation>hell</translation>
    </message>
    <message>
      <source>normal</source>
      <translation>normal</translation>
    </message>
    <message>
      <source>dim</source>
      <translation>dunkel</translation>
    </message>
    <message>
      <source>backlit</source>
      <translation>Gegenlicht</translation>
    </message>
    <message>
      <source>Wrong</source>
      <translation>Falsch</translation>
    </message>
    <message>
      <source>Rate</source>
      <translation>Rate</translation>
    </message>
    <message>
      <source>95 % interval</source>
      <translation>95-%-Intervall</translation>
    </message>
    <message>
      <source>No response</source>
      <translation>Ohne Antwort</translation>
    </message>
    <message>
      <source>Verdict</source>
      <translation>Urteil</translation>
    </message>
    <message>
      <source>Score</source>
      <translation>Wert</translation>
    </message>
    <message>
      <source>Margin</source>
      <translation>Abstand</translation>
    </message>
    <message>
      <source>Session</source>
      <translation>Sitzung</translation>
    </message>
    <message>
      <source>NO RESPONSE</source>
      <translation>KEINE ANTWORT</translation>
    </message>
    <message>
      <source>Median distance of the face from the depth camera.</source>
      <translation>Mittlerer Abstand (Median) des Gesichts zur Tiefenkamera.</translation>
    </message>
    <message>
      <source>Depth coverage</source>
      <translation>Tiefenabdeckung</translation>
    </message>
    <message>
      <source>Share of the face with a depth value.</source>
      <translation>Anteil des Gesichts mit einem Tiefenwert.</translation>
    </message>
    <message>
      <source>Plane residual</source>
      <translation>Abstand zur Ebene</translation>
    </message>
    <message>
      <source>Standard deviation of the face's depth from the best-fitting plane; prints and screens are flat.</source>
      <translation>Standardabweichung der Tiefe des Gesichts von der am besten passenden Ebene; Drucke und Bildschirme sind flach.</translation>
    </message>
    <message>
      <source>Bent-sheet residual</source>
      <translation>Abstand zum gebogenen Blatt</translation>
    </message>
    <message>
      <source>Standard deviation of the face's depth from the best-fitting bent sheet of paper.</source>
      <translation>Standardabweichung der Tiefe des Gesichts vom am besten passenden gebogenen Blatt Papier.</translation>
    </message>
    <message>
      <source>Relief</source>
      <translation>Relief</translation>
    </message>
    <message>
      <source>Range from the 2nd to the 98th percentile of the distance to the plane.</source>
      <translation>Bereich vom 2. bis zum 98. Perzentil des Abstands zur Ebene.</translation>
    </message>
    <message>
      <source>Nose</source>
      <translation>Nase</translation>
    </message>
    <message>
      <source>Height of the tip of the nose above the surface around it; bent paper has no nose.</source>
      <translation>Höhe der Nasenspitze über der Fläche um sie herum; gebogenes Papier hat keine Nase.</translation>
    </message>
    <message>
      <source>Depth noise</source>
      <translation>Tiefenrauschen</translation>
    </message>
    <message>
      <source>Standard deviation of the fine structure of the depth; a face's relief must exceed it.</source>
      <translation>Standardabweichung der feinen Struktur der Tiefe; das Relief eines Gesichts muss größer sein.</translation>
    </message>
    <message>
      <source>Face relief</source>
      <translation>Gesichtsrelief</translation>
    </message>
    <message>
      <source>Relief of the surface as a share of an average face's relief; a plane has 0 %.</source>
      <translation>Relief der Fläche als Anteil am Relief eines durchschnittlichen Gesichts; eine Ebene hat 0 %.</translation>
    </message>
    <message>
      <source>Relief correlation</source>
      <translation>Reliefkorrelation</translation>
    </message>
    <message>
      <source>Correlation of the face's relief with that of an average face.</source>
      <translation>Korrelation des Reliefs des Gesichts mit dem eines durchschnittlichen Gesichts.</translation>
    </message>
    <message>
      <source>Plane residual, mouth</source>
      <translation>Abstand zur Ebene, Mund</translation>
    </message>
    <message>
      <source>Standard deviation of mouth and chin from their own plane; a print in front of them is flat.</source>
      <translation>Standardabweichung von Mund und Kinn von ihrer eigenen Ebene; ein Druck davor ist flach.</translation>
    </message>
    <message>
      <source>Plane residual, eyes</source>
      <translation>Abstand zur Ebene, Augen</translation>
    </message>
    <message>
      <source>Standard deviation of forehead and eyes from their own plane; a print in front of them is flat.</source>
      <translation>Standardabweichung von Stirn und Augen von ihrer eigenen Ebene; ein Druck davor ist flach.</translation>
    </message>
    <message>
      <source>Relief of the eyes</source>
      <translation>Relief der Augen</translation>
    </message>
    <message>
      <source>Relief of forehead and eyes as a share of an average face's relief there.</source>
      <translation>Relief von Stirn und Augen als Anteil am Relief eines durchschnittlichen Gesichts an dieser Stelle.</translation>
    </message>
    <message>
      <source>Turn in depth</source>
      <translation>Drehung in der Tiefe</translation>
    </message>
    <message>
      <source>Rotation of the face's depth about the vertical axis; eyes and nose in colour must have the same.</source>
      <translation>Drehung des Gesichts in der Tiefe um die senkrechte Achse; Augen und Nase in Farbe müssen dieselbe haben.</translation>
    </message>
    <message>
      <source>Depth-colour offset</source>
      <translation>Versatz Tiefe zu Farbe</translation>
    </message>
    <message>
      <source>Distance from eyes, nose and mouth in colour to the place where the depth fits an average face best.</source>
      <translation>Abstand von Augen, Nase und Mund in Farbe zu der Stelle, an der die Tiefe am besten zu einem durchschnittlichen Gesicht passt.</translation>
    </message>
    <message>
      <source>Better fit if moved</source>
      <translation>Passt verschoben besser</translation>
    </message>
    <message>
      <source>Increase of the relief correlation if depth is moved by its offset; large if its face is elsewhere.</source>
      <translation>Zunahme der Reliefkorrelation, wenn die Tiefe um ihren Versatz verschoben wird; groß, wenn ihr Gesicht woanders ist.</translation>
    </message>
    <message>
      <source>Eye distance</source>
      <translation>Augenabstand</translation>
    </message>
    <message>
      <source>Distance between the eyes; 54 to 74 mm in adults.</source>
      <translation>Abstand zwischen den Augen; bei Erwachsenen 54 bis 74 mm.</translation>
    </message>
    <message>
      <source>IR level</source>
      <translation>IR-Pegel</translation>
    </message>
    <message>
      <source>Mean infrared brightness of the face; screens are black.</source>
      <translation>Mittlere Infrarothelligkeit des Gesichts; Bildschirme sind schwarz.</translation>
    </message>
    <message>
      <source>IR contrast</source>
      <translation>IR-Kontrast</translation>
    </message>
    <message>
      <source>Standard deviation of the infrared brightness divided by its mean.</source>
      <translation>Standardabweichung der Infrarothelligkeit geteilt durch ihren Mittelwert.</translation>
    </message>
    <message>
      <source>IR-to-red ratio</source>
      <translation>IR zu Rot</translation>
    </message>
    <message>
      <source>Infrared brightness of the face divided by its red brightness; a bright screen is black in infrared.</source>
      <translation>Infrarothelligkeit des Gesichts geteilt durch seine Helligkeit in Rot; ein heller Bildschirm ist in Infrarot schwarz.</translation>
    </message>
    <message>
      <source>Room-to-lamp ratio</source>
      <translation>Raumlicht zu Lampe</translation>
    </message>
    <message>
      <source>Infrared light of the room on the face divided by that of the camera's lamp.</source>
      <translation>Infrarotlicht des Raums auf dem Gesicht geteilt durch das der Lampe der Kamera.</translation>
    </message>
    <message>
      <source>IR overexposed by the room</source>
      <translation>IR vom Raum überbelichtet</translation>
    </message>
    <message>
      <source>Share of the face on which the room and the lamp together saturate the infrared image.</source>
      <translation>Anteil des Gesichts, auf dem Raumlicht und Lampe zusammen das Infrarotbild sättigen.</translation>
    </message>
    <message>
      <source>IR-colour correlation</source>
      <translation>IR-Farb-Korrelation</translation>
    </message>
    <message>
      <source>Correlation of infrared and colour brightness.</source>
      <translation>Korrelation der Helligkeit in Infrarot und in Farbe.</translation>
    </message>
    <message>
      <source>IR like colour</source>
      <translation>IR wie Farbe</translation>
    </message>
    <message>
      <source>Correlation of the details in infrared and colour; skin differs in infrared, a print does not.</source>
      <translation>Korrelation der Einzelheiten in Infrarot und in Farbe; Haut sieht in Infrarot anders aus, ein Druck nicht.</translation>
    </message>
    <message>
      <source>IR like its mirror</source>
      <translation>IR wie gespiegelt</translation>
    </message>
    <message>
      <source>Increase of the correlation of infrared and colour if colour is mirrored.</source>
      <translation>Zunahme der Korrelation von Infrarot und Farbe, wenn die Farbe gespiegelt wird.</translation>
    </message>
    <message>
      <source>Outline if smaller</source>
      <translation>Umriss, wenn kleiner</translation>
    </message>
    <message>
      <source>Increase of the edge strength in colour and infrared under the outline of the depth if it is smaller.</source>
      <translation>Zunahme der Kantenstärke in Farbe und Infrarot unter dem Umriss der Tiefe, wenn er kleiner ist.</translation>
    </message>
    <message>
      <source>Outline if larger</source>
      <translation>Umriss, wenn größer</translation>
    </message>
    <message>
      <source>Increase of the edge strength in colour and infrared under the outline of the depth if it is larger.</source>
      <translation>Zunahme der Kantenstärke in Farbe und Infrarot unter dem Umriss der Tiefe, wenn er größer ist.</translation>
    </message>
    <message>
      <source>Outline like mirrored colour</source>
      <translation>Umriss wie gespiegelte Farbe</translation>
    </message>
    <message>
      <source>Increase of the edge strength in colour under the outline of the depth if it is mirrored.</source>
      <translation>Zunahme der Kantenstärke in Farbe unter dem Umriss der Tiefe, wenn er gespiegelt wird.</translation>
    </message>
    <message>
      <source>Outline like mirrored IR</source>
      <translation>Umriss wie gespiegeltes IR</translation>
    </message>
    <message>
      <source>Increase of the edge strength in infrared under the outline of the depth if it is mirrored.</source>
      <translation>Zunahme der Kantenstärke in Infrarot unter dem Umriss der Tiefe, wenn er gespiegelt wird.</translation>
    </message>
    <message>
      <source>IR landmark offset</source>
      <translation>Versatz der IR-Punkte</translation>
    </message>
    <message>
      <source>Offset of eyes, nose and mouth between infrared and colour, divided by the distance between the eyes.</source>
      <translation>Versatz von Augen, Nase und Mund zwischen Infrarot und Farbe, geteilt durch den Augenabstand.</translation>
    </message>
    <message>
      <source>Score shift</source>
      <translation>Wertverschiebung</translation>
    </message>
    <message>
      <source>Log-odds that the evidence and the site calibration added to the network's score.</source>
      <translation>Log-Odds, um die die Merkmale und die Standortkalibrierung den Wert des Netzes verändert haben.</translation>
    </message>
    <message>
      <source>Parallax ratio</source>
      <translation>Parallaxe</translation>
    </message>
    <message>
      <source>Share of the face's change of shape over 5 s that a flat picture cannot cause.</source>
      <translation>Anteil der Formänderung des Gesichts in 5 s, den ein flaches Bild nicht bewirken kann.</translation>
    </message>
    <message>
      <source>Eyelids</source>
      <translation>Augenlider</translation>
    </message>
    <message>
      <source>Range of the eyelids' movement over 10 s; a picture's eyelids do not move.</source>
      <translation>Bereich der Bewegung der Augenlider in 10 s; die Augenlider eines Bilds bewegen sich nicht.</translation>
    </message>
    <message>
      <source>Border</source>
      <translation>Rand</translation>
    </message>
    <message>
      <source>Share of a straight border around the face, like that of a print or a screen, that is seen over 3 s.</source>
      <translation>Anteil eines geraden Rands um das Gesicht, wie von einem Druck oder Bildschirm, der in 3 s zu sehen ist.</translation>
    </message>
    <message>
      <source>Pulse</source>
      <translation>Puls</translation>
    </message>
    <message>
      <source>Strength of the strongest heart rate in the colour of the skin over 10 s, compared with the noise.</source>
      <translation>Stärke der stärksten Herzfrequenz in der Farbe der Haut in 10 s, verglichen mit dem Rauschen.</translation>
    </message>
    <message>
      <source>Heart rate</source>
      <translation>Herzfrequenz</translation>
    </message>
    <message>
      <source>The strongest heart rate; it means nothing if the pulse is weak.</source>
      <translation>Die stärkste Herzfrequenz; sie bedeutet nichts, wenn der Puls schwach ist.</translation>
    </message>
    <message>
      <source>Source</source>
      <translation>Quelle</translation>
    </message>
    <message>
      <source>Open a video, recording or model</source>
      <translation>Video, Aufnahme oder Modell öffnen</translation>
    </message>
    <message>
      <source>Open a session or a folder of pictures</source>
      <translation>Sitzung oder Bilderordner öffnen</translation>
    </message>
    <message>
      <source>Show the library of recorded sessions</source>
      <translation>Bibliothek der Aufnahmen zeigen</translation>
    </message>
    <message>
      <source>Open the demo session</source>
      <translation>Demo öffnen</translation>
    </message>
    <message>
      <source>Open a RealSense camera</source>
      <translation>RealSense-Kamera öffnen</translation>
    </message>
    <message>
      <source>Search for the camera now</source>
      <translation>Die Kamera jetzt suchen</translation>
    </message>
    <message>
      <source>Close the source</source>
      <translation>Quelle schließen</translation>
    </message>
    <message>
      <source>Playing</source>
      <translation>Wiedergabe</translation>
    </message>
    <message>
      <source>Play or pause a file, freeze a camera</source>
      <translation>Datei abspielen oder anhalten, Kamera einfrieren</translation>
    </message>
    <message>
      <source>Previous frame</source>
      <translation>Voriges Bild</translation>
    </message>
    <message>
      <source>Next frame</source>
      <translation>Nächstes Bild</translation>
    </message>
    <message>
      <source>Back 1 s</source>
      <translation>1 s zurück</translation>
    </message>
    <message>
      <source>Forward 1 s</source>
      <translation>1 s vor</translation>
    </message>
    <message>
      <source>Go to the beginning</source>
      <translation>Zum Anfang</translation>
    </message>
    <message>
      <source>Slower</source>
      <translation>Langsamer</translation>
    </message>
    <message>
      <source>Faster</source>
      <translation>Schneller</translation>
    </message>
    <message>
      <source>Loop on or off</source>
      <translation>Schleife an oder aus</translation>
    </message>
    <message>
      <source>Show only colour, or all pictures</source>
      <translation>Nur Farbe oder alle Bilder zeigen</translation>
    </message>
    <message>
      <source>Show only depth, or all pictures</source>
      <translation>Nur Tiefe oder alle Bilder zeigen</translation>
    </message>
    <message>
      <source>Show only infrared, or all pictures</source>
      <translation>Nur Infrarot oder alle Bilder zeigen</translation>
    </message>
    <message>
      <source>Zoom in, or the wheel; drag to move</source>
      <translation>Vergrößern, auch Mausrad; ziehen verschiebt</translation>
    </message>
    <message>
      <source>Zoom out</source>
      <translation>Verkleinern</translation>
    </message>
    <message>
      <source>Show the whole picture</source>
      <translation>Ganzes Bild zeigen</translation>
    </message>
    <message>
      <source>Show the depth as a point cloud, and save it</source>
      <translation>Tiefe als Punktwolke zeigen und speichern</translation>
    </message>
    <message>
      <source>Take a snapshot of the focused or enlarged picture</source>
      <translation>Das gewählte oder vergrößerte Bild speichern</translation>
    </message>
    <message>
      <source>Show the details of the next face</source>
      <translation>Einzelheiten des nächsten Gesichts zeigen</translation>
    </message>
    <message>
      <source>Show all pictures, or leave kiosk mode</source>
      <translation>Alle Bilder zeigen oder Kioskmodus verlassen</translation>
    </message>
    <message>
      <source>Window</source>
      <translation>Fenster</translation>
    </message>
    <message>
      <source>Kiosk mode: only the verdict, full screen</source>
      <translation>Kioskmodus: nur das Ergebnis, Vollbild</translation>
    </message>
    <message>
      <source>Show reasons and evidence</source>
      <translation>Gründe und Merkmale zeigen</translation>
    </message>
    <message>
      <source>Show timing and model</source>
      <translation>Zeiten und Modell zeigen</translation>
    </message>
    <message>
      <source>Show the record panel</source>
      <translation>Das Aufnahmefeld zeigen</translation>
    </message>
    <message>
      <source>Show the controls of the camera</source>
      <translation>Einstellungen der Kamera zeigen</translation>
    </message>
    <message>
      <source>Start or stop recording</source>
      <translation>Aufnahme starten oder beenden</translation>
    </message>
    <message>
      <source>Mark this moment of the recording</source>
      <translation>Diesen Moment der Aufnahme markieren</translation>
    </message>
    <message>
      <source>Save the last 10 s, if they are kept</source>
      <translation>Die letzten 10 s speichern, wenn sie gehalten werden</translation>
    </message>
    <message>
      <source>Record the next person of the list</source>
      <translation>Die nächste Person der Liste aufnehmen</translation>
    </message>
    <message>
      <source>Start or stop the event log</source>
      <translation>Ereignisprotokoll starten oder beenden</translation>
    </message>
    <message>
      <source>Error rates and thresholds of a folder of sessions</source>
      <translation>Fehlerraten und Schwellen eines Ordners mit Sitzungen</translation>
    </message>
    <message>
      <source>Preferences</source>
      <translation>Einstellungen</translation>
    </message>
    <message>
      <source>Show the keyboard shortcuts</source>
      <translation>Tastenkürzel zeigen</translation>
    </message>
    <message>
      <source>Quit</source>
      <translation>Beenden</translation>
    </message>
    <message>
      <source>Kiosk</source>
      <translation>Kiosk</translation>
    </message>
    <message>
      <source>Appearance</source>
      <translation>Aussehen</translation>
    </message>
    <message>
      <source>System follows the desktop's light or dark setting.</source>
      <translation>System folgt der hellen oder dunklen Einstellung des Desktops.</translation>
    </message>
    <message>
      <source>System</source>
      <translation>System</translation>
    </message>
    <message>
      <source>Light</source>
      <translation>Hell</translation>
    </message>
    <message>
      <source>Dark</source>
      <translation>Dunkel</translation>
    </message>
    <message>
      <source>Language</source>
      <translation>Sprache</translation>
    </message>
    <message>
      <source>System follows the desktop's language. Applies at the next start.</source>
      <translation>System folgt der Sprache des Desktops. Gilt ab dem nächsten Start.</translation>
    </message>
    <message>
      <source>Text size</source>
      <translation>Textgröße</translation>
    </message>
    <message>
      <source>Automatic enlarges the text on a high screen. Applies at the next start.</source>
      <translation>Automatisch vergrößert den Text auf einem hohen Bildschirm. Gilt ab dem nächsten Start.</translation>
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
      <translation>Tiefenfarben ab (m)</translation>
    </message>
    <message>
      <source>Distance of the brightest colour.</source>
      <translation>Entfernung der hellsten Farbe.</translation>
    </message>
    <message>
      <source>Depth colours to (m)</source>
      <translation>Tiefenfarben bis (m)</translation>
    </message>
    <message>
      <source>Distance of the darkest colour.</source>
      <translation>Entfernung der dunkelsten Farbe.</translation>
    </message>
    <message>
      <source>Time line (s)</source>
      <translation>Zeitleiste (s)</translation>
    </message>
    <message>
      <source>Duration that the time line shows.</source>
      <translation>Dauer, die die Zeitleiste zeigt.</translation>
    </message>
    <message>
      <source>Required streams</source>
      <translation>Erforderliche Datenströme</translation>
    </message>
    <message>
      <source>Streams that LIVE requires. Kiosk mode always requires depth.</source>
      <translation>Datenströme, die LIVE erfordert. Der Kioskmodus erfordert immer Tiefe.</translation>
    </message>
    <message>
      <source>Nothing</source>
      <translation>Nichts</translation>
    </message>
    <message>
      <source>Depth and infrared</source>
      <translation>Tiefe und Infrarot</translation>
    </message>
    <message>
      <source>LIVE requires a single face</source>
      <translation>LIVE erfordert ein einziges Gesicht</translation>
    </message>
    <message>
      <source>Nobody is LIVE while there are several faces.</source>
      <translation>Niemand ist LIVE, solange mehrere Gesichter zu sehen sind.</translation>
    </message>
    <message>
      <source>LIVE requires eye contact</source>
      <translation>LIVE erfordert Blickkontakt</translation>
    </message>
    <message>
      <source>Nobody is LIVE unless the eyes look at the camera.</source>
      <translation>Niemand ist LIVE, ohne in die Kamera zu schauen.</translation>
    </message>
    <message>
      <source>LIVE requires motion</source>
      <translation>LIVE erfordert Bewegung</translation>
    </message>
    <message>
      <source>Nobody is LIVE unless the face moves, and depth and infrared with it.</source>
      <translation>Niemand ist LIVE, solange sich das Gesicht nicht bewegt und Tiefe und Infrarot mit ihm.</translation>
    </message>
    <message>
      <source>Site file</source>
      <translation>Standortdatei</translation>
    </message>
    <message>
      <source>Score calibration of one camera and model, from `fasdemo calibrate`; empty: none.</source>
      <translation>Anpassung der Werte an eine Kamera und ein Modell, von `fasdemo calibrate`; leer: keine.</translation>
    </message>
    <message>
      <source>LIVE requires a challenge</source>
      <translation>LIVE nur nach Prüfung</translation>
    </message>
    <message>
      <source>The person has to follow random prompts in front of a camera; random mixes all kinds.</source>
      <translation>Die Person muss vor einer Kamera zufälligen Aufforderungen folgen; „Zufällig“ mischt alle Arten.</translation>
    </message>
    <message>
      <source>Off</source>
      <translation>Aus</translation>
    </message>
    <message>
      <source>Coloured light</source>
      <translation>Farbiges Licht</translation>
    </message>
    <message>
      <source>Turn</source>
      <translation>Kopf drehen</translation>
    </message>
    <message>
      <source>Blink</source>
      <translation>Augen schließen</translation>
    </message>
    <message>
      <source>Random</source>
      <translation>Zufällig</translation>
    </message>
    <message>
      <source>Snapshots</source>
      <translation>Einzelbilder</translation>
    </message>
    <message>
      <source>Folder for snapshots of the pictures.</source>
      <translation>Ordner für gespeicherte Einzelbilder.</translation>
    </message>
    <message>
      <source>Recordings</source>
      <translation>Aufnahmen</translation>
    </message>
    <message>
      <source>Folder for labelled recordings.</source>
      <translation>Ordner für Aufnahmen mit Angaben.</translation>
    </message>
    <message>
      <source>Pictures of events</source>
      <translation>Bilder von Ereignissen</translation>
    </message>
    <message>
      <source>Store a small picture at every LIVE, SPOOF and lock-out, and delete it after some days.</source>
      <translation>Bei jedem LIVE, SPOOF und jeder Sperre ein kleines Bild speichern und nach einigen Tagen löschen.</translation>
    </message>
    <message>
      <source>People are told</source>
      <translation>Personen sind informiert</translation>
    </message>
    <message>
      <source>I tell the people in front of the camera that pictures of them are stored.</source>
      <translation>Ich informiere die Personen vor der Kamera, dass Bilder von ihnen gespeichert werden.</translation>
    </message>
    <message>
      <source>Folder for events</source>
      <translation>Ordner für Ereignisse</translation>
    </message>
    <message>
      <source>Folder for the pictures of events, and for nothing else.</source>
      <translation>Ordner für die Bilder von Ereignissen und für nichts anderes.</translation>
    </message>
    <message>
      <source>Keep events (days)</source>
      <translation>Ereignisse behalten (Tage)</translation>
    </message>
    <message>
      <source>Age at which their pictures are deleted.</source>
      <translation>Alter, in dem ihre Bilder gelöscht werden.</translation>
    </message>
    <message>
      <source>Colour alone may be LIVE</source>
      <translation>Farbe allein darf LIVE sein</translation>
    </message>
    <message>
      <source>Unreliable: the colour model accepts 3 of 10 live and 0 of 9 attack pictures (AUC 0.73).</source>
      <translation>Unzuverlässig: Das Farbmodell akzeptiert 1 von 9 echten Angriffen (AUC 0,73 auf 19 echten Bildern).</translation>
    </message>
    <message>
      <source>Neutral words</source>
      <translation>Neutrale Worte</translation>
    </message>
    <message>
      <source>Show the public neither SPOOF nor reasons; the event log has them.</source>
      <translation>Der Öffentlichkeit weder ANGRIFF noch Gründe zeigen; das Ereignisprotokoll hat sie.</translation>
    </message>
    <message>
      <source>Mirror picture</source>
      <translation>Spiegelbild</translation>
    </message>
    <message>
      <source>Show the camera's picture as in a mirror.</source>
      <translation>Das Kamerabild wie in einem Spiegel zeigen.</translation>
    </message>
    <message>
      <source>Sounds</source>
      <translation>Töne</translation>
    </message>
    <message>
      <source>Play a sound on LIVE, and another one on SPOOF unless the words are neutral.</source>
      <translation>Einen Ton bei LIVE spielen, und einen anderen bei ANGRIFF, wenn die Worte nicht neutral sind.</translation>
    </message>
    <message>
      <source>Exit PIN</source>
      <translation>PIN zum Verlassen</translation>
    </message>
    <message>
      <source>Needed to leave kiosk mode; stored as a salted hash.</source>
      <translation>Nötig, um den Kioskmodus zu verlassen; gespeichert als Hash mit Salz.</translation>
    </message>
    <message>
      <source>Lock after attempts</source>
      <translation>Sperren nach Versuchen</translation>
    </message>
    <message>
      <source>Refused attempts within five minutes that lock the camera; 0 never locks it.</source>
      <translation>Abgelehnte Versuche in fünf Minuten, die die Kamera sperren; 0 sperrt nie.</translation>
    </message>
    <message>
      <source>Lock for (s)</source>
      <translation>Sperrdauer (s)</translation>
    </message>
    <message>
      <source>Length of that lock-out.</source>
      <translation>Dauer dieser Sperre.</translation>
    </message>
    <message>
      <source>Output on LIVE</source>
      <translation>Ausgang bei LIVE</translation>
    </message>
    <message>
      <source>Gets a signal for every accepted person: http(s)://HOST/PATH, mqtt(s)://HOST/TOPIC, serial:DEVICE or gpio:CHIP?line=N, see docs/door.md.</source>
      <translation>Erhält ein Signal für jede angenommene Person: http(s)://HOST/PFAD, mqtt(s)://HOST/THEMA, serial:GERÄT oder gpio:CHIP?line=N, siehe docs/door.md.</translation>
    </message>
    <message>
      <source>Pause after LIVE (s)</source>
      <translation>Pause nach LIVE (s)</translation>
    </message>
    <message>
      <source>Shortest time between two outputs.</source>
      <translation>Kürzeste Zeit zwischen zwei Signalen.</translation>
    </message>
    <message>
      <source>Heartbeat</source>
      <translation>Lebenszeichen</translation>
    </message>
    <message>
      <source>Gets a signal every 10 s while the camera works: a file, http(s)://HOST/PATH or mqtt(s)://HOST/TOPIC.</source>
      <translation>Erhält alle 10 s ein Signal, solange die Kamera arbeitet: eine Datei, http(s)://HOST/PFAD oder mqtt(s)://HOST/THEMA.</translation>
    </message>
    <message>
      <source>Turn your head a little to your left, then back.</source>
      <translation>Drehen Sie den Kopf etwas nach links und wieder zurück.</translation>
    </message>
    <message>
      <source>Turn your head a little to your right, then back.</source>
      <translation>Drehen Sie den Kopf etwas nach rechts und wieder zurück.</translation>
    </message>
    <message>
      <source>Close your eyes for one second, then open them.</source>
      <translation>Schließen Sie die Augen für eine Sekunde und öffnen Sie sie wieder.</translation>
    </message>
    <message>
      <source>Look at the screen and keep still while its colour changes.</source>
      <translation>Sehen Sie auf den Bildschirm und halten Sie still, während er die Farbe wechselt.</translation>
    </message>
    <message>
      <source>Look straight at the camera.</source>
      <translation>Blicken Sie gerade in die Kamera.</translation>
    </message>
    <message>
      <source>A second face appeared; please stand in front of the camera alone.</source>
      <translation>Ein zweites Gesicht ist erschienen; bitte stellen Sie sich allein vor die Kamera.</translation>
    </message>
    <message>
      <source>The colours were covered; keep this window in front of all others.</source>
      <translation>Die Farben waren verdeckt; lassen Sie dieses Fenster vor allen anderen.</translation>
    </message>
    <message>
      <source>The window was moved or resized while it showed colours; leave it in its place.</source>
      <translation>Das Fenster wurde verschoben oder in der Größe geändert, während es Farben zeigte; lassen Sie es an seinem Platz.</translation>
    </message>
    <message>
      <source>The colours did not appear on the screen in time; close other programs.</source>
      <translation>Die Farben erschienen nicht rechtzeitig auf dem Bildschirm; schließen Sie andere Programme.</translation>
    </message>
    <message>
      <source>Your face is too dark or too bright to measure its light.</source>
      <translation>Ihr Gesicht ist zu dunkel oder zu hell, um sein Licht zu messen.</translation>
    </message>
    <message>
      <source>The screen is too dim for this room; come closer, or darken the room.</source>
      <translation>Der Bildschirm ist zu dunkel für diesen Raum; kommen Sie näher oder verdunkeln Sie den Raum.</translation>
    </message>
    <message>
      <source>The camera changes its exposure by itself; fix its exposure and white balance, or show more background.</source>
      <translation>Die Kamera ändert ihre Belichtung von selbst; stellen Sie Belichtung und Weißabgleich fest ein, oder zeigen Sie mehr Hintergrund.</translation>
    </message>
    <message>
      <source>The room is too dark; switch on a light.</source>
      <translation>Der Raum ist zu dunkel; schalten Sie ein Licht ein.</translation>
    </message>
    <message>
      <source>Come closer to the screen, away from the wall behind you.</source>
      <translation>Kommen Sie näher zum Bildschirm, weg von der Wand hinter Ihnen.</translation>
    </message>
    <message>
      <source>There is a problem with the camera; please ask the staff for help.</source>
      <translation>Es gibt ein Problem mit der Kamera; bitte fragen Sie das Personal.</translation>
    </message>
    <message>
      <source>A part of the engine failed on this frame.</source>
      <translation>Ein Teil der Auswertung ist bei diesem Bild gescheitert.</translation>
    </message>
    <message>
      <source>The colour image is not a uint8 (H, W, 3) array.</source>
      <translation>Das Farbbild ist kein Feld uint8 (H, W, 3).</translation>
    </message>
    <message>
      <source>The source declares depth, but this frame has none.</source>
      <translation>Die Quelle gibt Tiefe an, aber dieses Bild hat keine.</translation>
    </message>
    <message>
      <source>The source declares infrared, but this frame has none.</source>
      <translation>Die Quelle gibt Infrarot an, aber dieses Bild hat keines.</translation>
    </message>
    <message>
      <source>The depth image or its scale is not valid.</source>
      <translation>Das Tiefenbild oder sein Maßstab ist ungültig.</translation>
    </message>
    <message>
      <source>The infrared image is not valid.</source>
      <translation>Das Infrarotbild ist ungültig.</translation>
    </message>
    <message>
      <source>The size of the depth image does not match the colour image, the calibration or the previous frames.</source>
      <translation>Die Größe des Tiefenbilds passt nicht zum Farbbild, zur Kalibrierung oder zu den Bildern davor.</translation>
    </message>
    <message>
      <source>The size of the infrared image does not match the colour image, the calibration or the previous frames.</source>
      <translation>Die Größe des Infrarotbilds passt nicht zum Farbbild, zur Kalibrierung oder zu den Bildern davor.</translation>
    </message>
    <message>
      <source>The size of the colour image has changed.</source>
      <translation>Die Größe des Farbbilds hat sich geändert.</translation>
    </message>
    <message>
      <source>The calibration is not valid, so nothing can be measured with it.</source>
      <translation>Die Kalibrierung ist ungültig, daher kann damit nichts gemessen werden.</translation>
    </message>
    <message>
      <source>The time of the frame is not later than that of the previous frame.</source>
      <translation>Die Zeit des Bildes liegt nicht nach der des vorigen.</translation>
    </message>
    <message>
      <source>The frame is older than the policy allows.</source>
      <translation>Das Bild ist älter, als die Richtlinie erlaubt.</translation>
    </message>
    <message>
      <source>The colour image of the face repeats an earlier one.</source>
      <translation>Das Farbbild des Gesichts wiederholt ein früheres.</translation>
    </message>
    <message>
      <source>The depth image of the face repeats an earlier one.</source>
      <translation>Das Tiefenbild des Gesichts wiederholt ein früheres.</translation>
    </message>
    <message>
      <source>The infrared image of the face repeats an earlier one.</source>
      <translation>Das Infrarotbild des Gesichts wiederholt ein früheres.</translation>
    </message>
    <message>
      <source>The colour image is identical to the previous one.</source>
      <translation>Das Farbbild gleicht genau dem vorigen.</translation>
    </message>
    <message>
      <source>The depth image is identical to the previous one.</source>
      <translation>Das Tiefenbild gleicht genau dem vorigen.</translation>
    </message>
    <message>
      <source>The infrared image is identical to the previous one.</source>
      <translation>Das Infrarotbild gleicht genau dem vorigen.</translation>
    </message>
    <message>
      <source>The device time of the colour image does not match the time of the frame.</source>
      <translation>Die Gerätezeit des Farbbilds passt nicht zur Zeit des Bildes.</translation>
    </message>
    <message>
      <source>Depth and colour were not captured at the same time.</source>
      <translation>Tiefe und Farbe wurden nicht gleichzeitig aufgenommen.</translation>
    </message>
    <message>
      <source>Infrared and colour were not captured at the same time.</source>
      <translation>Infrarot und Farbe wurden nicht gleichzeitig aufgenommen.</translation>
    </message>
    <message>
      <source>The camera gives depth without a time stamp, so an old image cannot be detected.</source>
      <translation>Die Kamera liefert Tiefe ohne Zeitstempel, daher ist ein altes Bild nicht erkennbar.</translation>
    </message>
    <message>
      <source>The camera gives infrared without a time stamp, so an old image cannot be detected.</source>
      <translation>Die Kamera liefert Infrarot ohne Zeitstempel, daher ist ein altes Bild nicht erkennbar.</translation>
    </message>
    <message>
      <source>The face moves differently in depth and in colour: one of them is late or shows another scene.</source>
      <translation>Das Gesicht bewegt sich in Tiefe und Farbe verschieden: Eines davon ist verspätet oder zeigt eine andere Szene.</translation>
    </message>
    <message>
      <source>The face moves differently in infrared and in colour: one of them is late or shows another scene.</source>
      <translation>Das Gesicht bewegt sich in Infrarot und Farbe verschieden: Eines davon ist verspätet oder zeigt eine andere Szene.</translation>
    </message>
    <message>
      <source>The depth image has almost no depth values.</source>
      <translation>Das Tiefenbild hat fast keine Tiefenwerte.</translation>
    </message>
    <message>
      <source>Please come closer, and turn away from sunlight.</source>
      <translation>Bitte kommen Sie näher und drehen Sie sich vom Sonnenlicht weg.</translation>
    </message>
    <message>
      <source>The pulses of the infrared lamp are not visible: it does not light up, nobody is close enough, or sunlight is stronger.</source>
      <translation>Die Pulse der Infrarotlampe sind nicht sichtbar: Sie leuchtet nicht, niemand ist nah genug oder das Sonnenlicht ist stärker.</translation>
    </message>
    <message>
      <source>The camera is being set up: please look at it and move closer and back, and from side to side.</source>
      <translation>Die Kamera wird eingerichtet: Bitte sehen Sie hinein und bewegen Sie sich vor und zurück und zur Seite.</translation>
    </message>
    <message>
      <source>The position of the infrared camera relative to the colour camera is not known yet.</source>
      <translation>Die Lage der Infrarotkamera zur Farbkamera ist noch nicht bekannt.</translation>
    </message>
    <message>
      <source>The whole infrared image is black.</source>
      <translation>Das ganze Infrarotbild ist schwarz.</translation>
    </message>
    <message>
      <source>The source reports a fault, whose code is listed with this one.</source>
      <translation>Die Quelle meldet einen Fehler, dessen Code mit aufgeführt ist.</translation>
    </message>
    <message>
      <source>The policy requires colour, but the source has none.</source>
      <translation>Die Richtlinie verlangt Farbe, aber die Quelle hat keine.</translation>
    </message>
    <message>
      <source>The policy requires depth, but the source has none.</source>
      <translation>Die Richtlinie verlangt Tiefe, aber die Quelle hat keine.</translation>
    </message>
    <message>
      <source>The policy requires infrared, but the source has none.</source>
      <translation>Die Richtlinie verlangt Infrarot, aber die Quelle hat keines.</translation>
    </message>
    <message>
      <source>The device or the recording has colour, but the source does not use it.</source>
      <translation>Gerät oder Aufnahme haben Farbe, aber die Quelle nutzt sie nicht.</translation>
    </message>
    <message>
      <source>The device or the recording has depth, but the source does not use it.</source>
      <translation>Gerät oder Aufnahme haben Tiefe, aber die Quelle nutzt sie nicht.</translation>
    </message>
    <message>
      <source>The device or the recording has infrared, but the source does not use it.</source>
      <translation>Gerät oder Aufnahme haben Infrarot, aber die Quelle nutzt es nicht.</translation>
    </message>
    <message>
      <source>The frame rate is too low to track a face.</source>
      <translation>Die Bildrate ist zu niedrig, um ein Gesicht zu verfolgen.</translation>
    </message>
    <message>
      <source>There is no valid calibration for the depth image, so the size of the face is unknown.</source>
      <translation>Für das Tiefenbild gibt es keine gültige Kalibrierung, daher ist die Größe des Gesichts unbekannt.</translation>
    </message>
    <message>
      <source>The camera's depth filters are not those of the model's training data.</source>
      <translation>Die Tiefenfilter der Kamera sind nicht die der Trainingsdaten des Modells.</translation>
    </message>
    <message>
      <source>The network gave no usable score.</source>
      <translation>Das Netz hat keinen brauchbaren Wert geliefert.</translation>
    </message>
    <message>
      <source>The face is flat, like a print or a screen.</source>
      <translation>Das Gesicht ist flach wie ein Ausdruck oder Bildschirm.</translation>
    </message>
    <message>
      <source>The face has the shape of a bent sheet of paper, without a nose.</source>
      <translation>Das Gesicht hat die Form eines gebogenen Blattes, ohne Nase.</translation>
    </message>
    <message>
      <source>The face is bright in colour but black in infrared, like a screen.</source>
      <translation>Das Gesicht ist in Farbe hell, in Infrarot aber schwarz, wie ein Bildschirm.</translation>
    </message>
    <message>
      <source>At its distance, the face is larger or smaller than a human face.</source>
      <translation>Für seine Entfernung ist das Gesicht größer oder kleiner als das eines Menschen.</translation>
    </message>
    <message>
      <source>There is no face in infrared at the position of the face in colour.</source>
      <translation>In Infrarot ist an der Stelle des Gesichts keines zu sehen.</translation>
    </message>
    <message>
      <source>Eyes, nose and mouth are at different positions in infrared and in colour, or mirrored.</source>
      <translation>Augen, Nase und Mund liegen in Infrarot und Farbe an anderen Stellen oder gespiegelt.</translation>
    </message>
    <message>
      <source>Infrared shows the same picture as colour, like a print or a grey copy, and not like skin.</source>
      <translation>Infrarot zeigt dasselbe Bild wie Farbe, wie ein Ausdruck oder eine graue Kopie und nicht wie Haut.</translation>
    </message>
    <message>
      <source>Please look straight at the camera.</source>
      <translation>Bitte schauen Sie gerade in die Kamera.</translation>
    </message>
    <message>
      <source>The depth shows the face at another place or angle than the colour image.</source>
      <translation>Die Tiefe zeigt das Gesicht an anderer Stelle oder in anderem Winkel als das Farbbild.</translation>
    </message>
    <message>
      <source>Please uncover your face.</source>
      <translation>Bitte machen Sie Ihr Gesicht frei.</translation>
    </message>
    <message>
      <source>Mouth and chin, or forehead and eyes, are flat: something covers them.</source>
      <translation>Mund und Kinn oder Stirn und Augen sind flach: etwas verdeckt sie.</translation>
    </message>
    <message>
      <source>The depth of the face is rougher than any face; it may be another image.</source>
      <translation>Die Tiefe des Gesichts ist rauer als jedes Gesicht; es ist vielleicht ein anderes Bild.</translation>
    </message>
    <message>
      <source>Please come closer and look straight at the camera.</source>
      <translation>Bitte kommen Sie näher und schauen Sie gerade in die Kamera.</translation>
    </message>
    <message>
      <source>The depth is too noisy, or the nose too flat, to tell a face from a sheet of paper.</source>
      <translation>Die Tiefe rauscht zu stark oder die Nase ist zu flach, um ein Gesicht von Papier zu unterscheiden.</translation>
    </message>
    <message>
      <source>The relief of the face is shallower than that of almost all people.</source>
      <translation>Das Relief des Gesichts ist flacher als das fast aller Menschen.</translation>
    </message>
    <message>
      <source>The network rates depth or infrared as an attack.</source>
      <translation>Das Netz bewertet Tiefe oder Infrarot als Angriff.</translation>
    </message>
    <message>
      <source>Please step back a little.</source>
      <translation>Bitte treten Sie etwas zurück.</translation>
    </message>
    <message>
      <source>The face is closer than the policy allows.</source>
      <translation>Das Gesicht ist näher, als die Richtlinie erlaubt.</translation>
    </message>
    <message>
      <source>Please come closer.</source>
      <translation>Bitte kommen Sie näher.</translation>
    </message>
    <message>
      <source>The face is farther away or smaller than the policy allows.</source>
      <translation>Das Gesicht ist weiter weg oder kleiner, als die Richtlinie erlaubt.</translation>
    </message>
    <message>
      <source>Please move to the middle of the picture.</source>
      <translation>Bitte gehen Sie in die Mitte des Bildes.</translation>
    </message>
    <message>
      <source>The face is partly outside the picture.</source>
      <translation>Das Gesicht ist teilweise außerhalb des Bildes.</translation>
    </message>
    <message>
      <source>The head is turned or tilted too far.</source>
      <translation>Der Kopf ist zu weit gedreht oder geneigt.</translation>
    </message>
    <message>
      <source>Parts of the face are not visible.</source>
      <translation>Teile des Gesichts sind nicht zu sehen.</translation>
    </message>
    <message>
      <source>Please open your eyes.</source>
      <translation>Bitte öffnen Sie die Augen.</translation>
    </message>
    <message>
      <source>Both eyes have been closed for a while.</source>
      <translation>Beide Augen sind seit einiger Zeit geschlossen.</translation>
    </message>
    <message>
      <source>It is too dark here; please face the light.</source>
      <translation>Hier ist es zu dunkel; bitte drehen Sie sich zum Licht.</translation>
    </message>
    <message>
      <source>The face is too dark.</source>
      <translation>Das Gesicht ist zu dunkel.</translation>
    </message>
    <message>
      <source>Please turn away from the sun or the bright light.</source>
      <translation>Bitte drehen Sie sich von der Sonne oder dem hellen Licht weg.</translation>
    </message>
    <message>
      <source>The infrared light of the room, like sunlight, overexposes the face, so the lamp's light is unknown.</source>
      <translation>Das Infrarotlicht des Raums, etwa Sonnenlicht, überbelichtet das Gesicht; das Licht der Lampe ist daher unbekannt.</translation>
    </message>
    <message>
      <source>The light of the camera's infrared lamp on the face is too weak.</source>
      <translation>Das Licht der Infrarotlampe der Kamera auf dem Gesicht ist zu schwach.</translation>
    </message>
    <message>
      <source>Please turn away from the bright light.</source>
      <translation>Bitte drehen Sie sich vom hellen Licht weg.</translation>
    </message>
    <message>
      <source>Much of the face is overexposed.</source>
      <translation>Ein großer Teil des Gesichts ist überbelichtet.</translation>
    </message>
    <message>
      <source>Please hold still.</source>
      <translation>Bitte halten Sie still.</translation>
    </message>
    <message>
      <source>The face is blurred.</source>
      <translation>Das Gesicht ist unscharf.</translation>
    </message>
    <message>
      <source>Please look straight at the camera, with nothing in front of your face.</source>
      <translation>Bitte schauen Sie gerade in die Kamera, mit nichts vor dem Gesicht.</translation>
    </message>
    <message>
      <source>Depth is missing on much of the face.</source>
      <translation>Auf einem großen Teil des Gesichts fehlt die Tiefe.</translation>
    </message>
    <message>
      <source>Please look at the camera.</source>
      <translation>Bitte schauen Sie in die Kamera.</translation>
    </message>
    <message>
      <source>The policy requires a look at the camera, but the eyes look elsewhere, or it is not known where.</source>
      <translation>Die Richtlinie verlangt einen Blick in die Kamera, aber die Augen blicken anderswohin oder es ist unbekannt.</translation>
    </message>
    <message>
      <source>Please move your head a little.</source>
      <translation>Bitte bewegen Sie den Kopf ein wenig.</translation>
    </message>
    <message>
      <source>The policy requires that the face moves, and depth and infrared with it.</source>
      <translation>Die Richtlinie verlangt, dass sich das Gesicht bewegt und Tiefe und Infrarot mit ihm.</translation>
    </message>
    <message>
      <source>Too many attempts were refused; please wait a moment or ask the staff for help.</source>
      <translation>Zu viele Versuche wurden abgelehnt; bitte warten Sie oder fragen Sie das Personal.</translation>
    </message>
    <message>
      <source>Several attempts were refused, so the camera is locked for a while.</source>
      <translation>Mehrere Versuche wurden abgelehnt, daher ist die Kamera eine Zeit lang gesperrt.</translation>
    </message>
    <message>
      <source>That did not match. Please look at the camera; new prompts follow.</source>
      <translation>Das hat nicht gepasst. Bitte blicken Sie in die Kamera; neue Aufforderungen folgen.</translation>
    </message>
    <message>
      <source>The prompts of the challenge were not followed; the event log says which one and why.</source>
      <translation>Die Aufforderungen wurden nicht befolgt; das Ereignisprotokoll nennt, welche und warum.</translation>
    </message>
    <message>
      <source>Please look at the camera; prompts follow.</source>
      <translation>Bitte blicken Sie in die Kamera; Aufforderungen folgen.</translation>
    </message>
    <message>
      <source>LIVE requires that this face follows the prompts of a challenge first.</source>
      <translation>LIVE erfordert, dass dieses Gesicht zuerst die Aufforderungen befolgt.</translation>
    </message>
    <message>
      <source>A file cannot follow prompts; use a camera.</source>
      <translation>Eine Datei kann Aufforderungen nicht folgen; verwenden Sie eine Kamera.</translation>
    </message>
    <message>
      <source>LIVE requires a challenge, and a file cannot follow prompts.</source>
      <translation>LIVE erfordert eine Antwort auf Aufforderungen, und eine Datei kann ihr nicht folgen.</translation>
    </message>
    <message>
      <source>One person at a time, please.</source>
      <translation>Bitte nur eine Person.</translation>
    </message>
    <message>
      <source>The policy allows only one face, but there are several.</source>
      <translation>Die Richtlinie erlaubt nur ein Gesicht, es sind aber mehrere.</translation>
    </message>
    <message>
      <source>This is a virtual camera, which cannot prove a live person; use a real camera.</source>
      <translation>Dies ist eine virtuelle Kamera, die keine lebende Person beweisen kann; nehmen Sie eine echte.</translation>
    </message>
    <message>
      <source>The camera is virtual, or its name cannot be read, so any picture can be fed into it.</source>
      <translation>Die Kamera ist virtuell oder ihr Name nicht lesbar, daher kann jedes Bild eingespeist werden.</translation>
    </message>
    <message>
      <source>This camera cannot prove a live person; please ask the staff for help.</source>
      <translation>Diese Kamera kann keine lebende Person beweisen; bitte fragen Sie das Personal.</translation>
    </message>
    <message>
      <source>The network camera gives pictures without time stamps, so an old picture cannot be detected.</source>
      <translation>Die Netzwerkkamera liefert Bilder ohne Zeitstempel, daher ist ein altes Bild nicht erkennbar.</translation>
    </message>
    <message>
      <source>Colour alone cannot prove a live person; use a camera with depth or infrared.</source>
      <translation>Farbe allein kann keine lebende Person beweisen; nehmen Sie eine Kamera mit Tiefe oder Infrarot.</translation>
    </message>
    <message>
      <source>Only colour was used, and the colour model accepts 3 of 10 live and 0 of 9 attack pictures (AUC 0.73).</source>
      <translation>Nur Farbe wurde verwendet, und das Farbmodell akzeptiert 3 von 10 Bildern echter Personen und 0 von 9 Angriffen (AUC 0,73).</translation>
    </message>
    <message>
      <source>The face moves like a flat picture: no part of it is closer than the rest.</source>
      <translation>Das Gesicht bewegt sich wie ein flaches Bild: kein Teil ist näher als der Rest.</translation>
    </message>
    <message>
      <source>Please blink.</source>
      <translation>Bitte blinzeln.</translation>
    </message>
    <message>
      <source>The eyelids have not moved for 10 s, as in a picture.</source>
      <translation>Die Augenlider haben sich seit 10 s nicht bewegt, wie auf einem Bild.</translation>
    </message>
    <message>
      <source>Please stand in front of the camera without a frame or a sheet around your face.</source>
      <translation>Bitte stellen Sie sich ohne Rahmen oder Blatt um das Gesicht vor die Kamera.</translation>
    </message>
    <message>
      <source>Straight edges surround the face closely, like the border of a print or a screen.</source>
      <translation>Gerade Kanten umgeben das Gesicht eng, wie der Rand eines Ausdrucks oder Bildschirms.</translation>
    </message>
    <message>
      <source>The view changed; checking again.</source>
      <translation>Die Ansicht hat sich geändert; es wird neu geprüft.</translation>
    </message>
    <message>
      <source>The network rates this frame as an attack.</source>
      <translation>Das Netz bewertet dieses Bild als Angriff.</translation>
    </message>
    <message>
      <source>Not sure: the score is between the LIVE and SPOOF limits.</source>
      <translation>Unsicher: der Wert liegt zwischen den Grenzen für LIVE und ANGRIFF.</translation>
    </message>
    <message>
      <source>Please keep looking at the camera.</source>
      <translation>Bitte schauen Sie weiter in die Kamera.</translation>
    </message>
    <message>
      <source>There is not enough evidence yet, or the streams of a live camera have not been compared for long enough yet.</source>
      <translation>Es gibt noch nicht genug Anhaltspunkte, oder die Datenströme einer Kamera wurden noch nicht lange genug verglichen.</translation>
    </message>
    <message>
      <source>The file has no calibration, so the size of the face is not checked.</source>
      <translation>Die Datei hat keine Kalibrierung, daher wird die Größe des Gesichts nicht geprüft.</translation>
    </message>
    <message>
      <source>The verdict is based on a single picture, without evidence over time.</source>
      <translation>Das Ergebnis beruht auf einem einzigen Bild, ohne Verlauf.</translation>
    </message>
    <message>
      <source>Only the network rated the whole picture, without face detection, physical evidence or time.</source>
      <translation>Nur das Netz hat das ganze Bild bewertet, ohne Gesichtserkennung, physikalische Merkmale oder Verlauf.</translation>
    </message>
    <message>
      <source>There are several faces; each has its own verdict.</source>
      <translation>Es sind mehrere Gesichter; jedes hat sein eigenes Ergebnis.</translation>
    </message>
    <message>
      <source>There is no face in the picture.</source>
      <translation>Im Bild ist kein Gesicht.</translation>
    </message>
    <message>
      <source>A recording is running; stop it (R) to change the camera.</source>
      <translation>Eine Aufnahme läuft; beenden Sie sie (R), um die Kamera zu ändern.</translation>
    </message>
    <message>
      <source>These were the settings of the camera when the recording started.</source>
      <translation>Dies waren die Einstellungen der Kamera zu Beginn der Aufnahme.</translation>
    </message>
    <message>
      <source>Depth is filtered, and this is not LIVE unless the model was trained on it.</source>
      <translation>Die Tiefe ist gefiltert; das ergibt nie LIVE, außer das Modell wurde damit trainiert.</translation>
    </message>
    <message>
      <source>Problem of the camera's controls</source>
      <translation>Problem der Kameraeinstellungen</translation>
    </message>
    <message>
      <source>Reset all</source>
      <translation>Alles zurücksetzen</translation>
    </message>
    <message>
      <source>Open the camera again with its own settings</source>
      <translation>Die Kamera mit ihren eigenen Einstellungen neu öffnen</translation>
    </message>
    <message>
      <source>Load a preset…</source>
      <translation>Voreinstellung laden…</translation>
    </message>
    <message>
      <source>Values of the advanced mode, as RealSense Viewer saves them</source>
      <translation>Werte des erweiterten Modus, wie RealSense Viewer sie speichert</translation>
    </message>
    <message>
      <source>Metadata of the frames</source>
      <translation>Metadaten der Bilder</translation>
    </message>
    <message>
      <source>This camera offers no controls.</source>
      <translation>Diese Kamera hat keine Einstellungen.</translation>
    </message>
    <message>
      <source>Open a camera to see its controls.</source>
      <translation>Öffnen Sie eine Kamera, um ihre Einstellungen zu sehen.</translation>
    </message>
    <message>
      <source>Depth filters: {filters}</source>
      <translation>Tiefenfilter: {filters}</translation>
    </message>
    <message>
      <source>on</source>
      <translation>an</translation>
    </message>
    <message>
      <source>off</source>
      <translation>aus</translation>
    </message>
    <message>
      <source>{file} is an archive; unpack it and open the video or session in it.</source>
      <translation>{file} ist ein Archiv; entpacken Sie es und öffnen Sie das Video oder die Sitzung darin.</translation>
    </message>
    <message>
      <source>{file} is a single picture; open a video or a folder of pictures.</source>
      <translation>{file} ist ein einzelnes Bild; öffnen Sie ein Video oder einen Bilderordner.</translation>
    </message>
    <message>
      <source>{file} contains the weights of a network; export them as an ONNX model and open that.</source>
      <translation>{file} enthält die Gewichte eines Netzes; exportieren Sie sie als ONNX-Modell und öffnen Sie dieses.</translation>
    </message>
    <message>
      <source>{file} is a table; a list of people is opened in the Record tab.</source>
      <translation>{file} ist eine Tabelle; eine Personenliste wird im Reiter Aufnehmen geöffnet.</translation>
    </message>
    <message>
      <source>{file} is a site file; choose it in the preferences.</source>
      <translation>{file} ist eine Standortdatei; wählen Sie sie in den Einstellungen.</translation>
    </message>
    <message>
      <source>{file} describes a model; open the .onnx file beside it.</source>
      <translation>{file} beschreibt ein Modell; öffnen Sie die .onnx-Datei daneben.</translation>
    </message>
    <message>
      <source>{file} is not a video, a recording, a session or a model.</source>
      <translation>{file} ist weder ein Video noch eine Aufnahme, eine Sitzung oder ein Modell.</translation>
    </message>
    <message>
      <source>{file} was not opened: open one source at a time, with at most one colour, one depth and one infrared video.</source>
      <translation>{file} wurde nicht geöffnet: Öffnen Sie jeweils eine Quelle, mit höchstens einem Farb-, einem Tiefen- und einem Infrarotvideo.</translation>
    </message>
    <message>
      <source>A depth or infrared video needs a colour video; open both together.</source>
      <translation>Ein Tiefen- oder Infrarotvideo braucht ein Farbvideo; öffnen Sie beide zusammen.</translation>
    </message>
    <message>
      <source>Event log complete: {path} ({lines} lines)</source>
      <translation>Ereignisprotokoll vollständig: {path} ({lines} Zeilen)</translation>
    </message>
    <message>
      <source>The source cannot be opened.</source>
      <translation>Die Quelle kann nicht geöffnet werden.</translation>
    </message>
    <message>
      <source>Trying again in {seconds} s.</source>
      <translation>Neuer Versuch in {seconds} s.</translation>
    </message>
    <message>
      <source>Wrong PIN.</source>
      <translation>Falsche PIN.</translation>
    </message>
    <message>
      <source>Too many wrong PINs. Try again in {seconds} s.</source>
      <translation>Zu viele falsche PINs. Neuer Versuch in {seconds} s möglich.</translation>
    </message>
    <message>
      <source>Leave kiosk mode</source>
      <translation>Kioskmodus verlassen</translation>
    </message>
    <message>
      <source>PIN</source>
      <translation>PIN</translation>
    </message>
    <message>
      <source>PIN of the staff:</source>
      <translation>PIN des Personals:</translation>
    </message>
    <message>
      <source>Point cloud</source>
      <translation>Punktwolke</translation>
    </message>
    <message>
      <source>{count} points; drag to turn, wheel to zoom. Metres, from the depth camera.</source>
      <translation>{count} Punkte; ziehen dreht, das Mausrad vergrößert. Meter, von der Tiefenkamera aus.</translation>
    </message>
    <message>
      <source>Save as PLY</source>
      <translation>Als PLY speichern</translation>
    </message>
    <message>
      <source>Saved: {path}</source>
      <translation>Gespeichert: {path}</translation>
    </message>
    <message>
      <source>OpenGL is missing here, so the points cannot be drawn; they can be saved as PLY.</source>
      <translation>OpenGL fehlt hier, daher können die Punkte nicht gezeichnet werden; sie können als PLY gespeichert werden.</translation>
    </message>
    <message>
      <source>The points cannot be saved in {folder} ({why}); choose another folder in the preferences.</source>
      <translation>Die Punkte können nicht in {folder} gespeichert werden ({why}); wählen Sie in den Einstellungen einen anderen Ordner.</translation>
    </message>
    <message>
      <source>Choose…</source>
      <translation>Wählen…</translation>
    </message>
    <message>
      <source>Remove</source>
      <translation>Entfernen</translation>
    </message>
    <message>
      <source>The distance of “Depth colours to” must be larger than that of “Depth colours from”.</source>
      <translation>„Tiefenfarben bis“ muss größer sein als „Tiefenfarben ab“.</translation>
    </message>
    <message>
      <source>unchanged</source>
      <translation>unverändert</translation>
    </message>
    <message>
      <source>none</source>
      <translation>keine</translation>
    </message>
    <message>
      <source>“Pictures of events” needs “People are told”: tick it, or switch the pictures off.</source>
      <translation>„Bilder von Ereignissen“ braucht „Personen sind informiert“: ankreuzen oder die Bilder ausschalten.</translation>
    </message>
    <message>
      <source>Keyboard shortcuts</source>
      <translation>Tastenkürzel</translation>
    </message>
    <message>
      <source>or</source>
      <translation>oder</translation>
    </message>
    <message>
      <source>List of people (*.csv)</source>
      <translation>Personenliste (*.csv)</translation>
    </message>
    <message>
      <source>Open a video or recording</source>
      <translation>Video oder Aufnahme öffnen</translation>
    </message>
    <message>
      <source>Choose a model</source>
      <translation>Modell wählen</translation>
    </message>
    <message>
      <source>Models (*.onnx)</source>
      <translation>Modelle (*.onnx)</translation>
    </message>
    <message>
      <source>Choose a preset</source>
      <translation>Voreinstellung wählen</translation>
    </message>
    <message>
      <source>Camera presets (*.json)</source>
      <translation>Kamera-Voreinstellungen (*.json)</translation>
    </message>
    <message>
      <source>Write the event log to</source>
      <translation>Ereignisprotokoll schreiben nach</translation>
    </message>
    <message>
      <source>Open a list of people to record</source>
      <translation>Liste der aufzunehmenden Personen öffnen</translation>
    </message>
    <message>
      <source>About fasdemo</source>
      <translation>Über fasdemo</translation>
    </message>
    <message>
      <source>Videos and recordings</source>
      <translation>Videos und Aufnahmen</translation>
    </message>
    <message>
      <source>All files (*)</source>
      <translation>Alle Dateien (*)</translation>
    </message>
    <message>
      <source>Event log, JSON lines (*.jsonl)</source>
      <translation>Ereignisprotokoll, JSON-Zeilen (*.jsonl)</translation>
    </message>
    <message>
      <source>Event log, spreadsheet (*.csv)</source>
      <translation>Ereignisprotokoll, Tabelle (*.csv)</translation>
    </message>
    <message>
      <source>A verdict is a measurement with errors; the model card gives the error rates. A verdict on a file is not a live-camera decision.</source>
      <translation>Ein Ergebnis ist eine Messung mit Fehlern; die Modellkarte nennt die Fehlerraten. Ein Ergebnis zu einer Datei ist keine Entscheidung einer Live-Kamera.</translation>
    </message>
    <message>
      <source>Tells a live face from a presentation attack, in real time, from colour, depth and infrared.</source>
      <translation>Unterscheidet in Echtzeit ein lebendes Gesicht von einem Präsentationsangriff, aus Farbe, Tiefe und Infrarot.</translation>
    </message>
    <message>
      <source>{fps:.0f} pictures/s, {count} dropped</source>
      <translation>{fps:.0f} Bilder/s, {count} verworfen</translation>
    </message>
    <message>
      <source>Enter enlarges the picture.</source>
      <translation>Enter vergrößert das Bild.</translation>
    </message>
    <message>
      <source>Picture: {name}</source>
      <translation>Bild: {name}</translation>
    </message>
    <message>
      <source>All cameras (Esc)</source>
      <translation>Alle Kameras (Esc)</translation>
    </message>
    <message>
      <source>{count} cameras</source>
      <translation>{count} Kameras</translation>
    </message>
    <message>
      <source>Event log: {path}, {count} lines</source>
      <translation>Ereignisprotokoll: {path}, {count} Zeilen</translation>
    </message>
    <message>
      <source>Pictures of events: {count}</source>
      <translation>Bilder von Ereignissen: {count}</translation>
    </message>
    <message>
      <source>Locked out</source>
      <translation>Gesperrt</translation>
    </message>
    <message>
      <source>Events with pictures</source>
      <translation>Ereignisse mit Bildern</translation>
    </message>
    <message>
      <source>Show</source>
      <translation>Anzeigen</translation>
    </message>
    <message>
      <source>Cameras</source>
      <translation>Kameras</translation>
    </message>
    <message>
      <source>All cameras</source>
      <translation>Alle Kameras</translation>
    </message>
    <message>
      <source>Events</source>
      <translation>Ereignisse</translation>
    </message>
    <message>
      <source>All events</source>
      <translation>Alle Ereignisse</translation>
    </message>
    <message>
      <source>Picture of the event</source>
      <translation>Bild des Ereignisses</translation>
    </message>
    <message>
      <source>Pictures of events are off; switch them on in the preferences.</source>
      <translation>Bilder von Ereignissen sind ausgeschaltet; schalten Sie sie in den Einstellungen ein.</translation>
    </message>
    <message>
      <source>{count} events in {folder}, deleted after {days} days.</source>
      <translation>{count} Ereignisse in {folder}, gelöscht nach {days} Tagen.</translation>
    </message>
    <message>
      <source>There are no events in {folder}.</source>
      <translation>In {folder} gibt es keine Ereignisse.</translation>
    </message>
    <message>
      <source>The picture cannot be read.</source>
      <translation>Das Bild kann nicht gelesen werden.</translation>
    </message>
    <message>
      <source>{shown} of {count} sessions, {subjects} subjects</source>
      <translation>{shown} von {count} Sitzungen, {subjects} Personen</translation>
    </message>
    <message>
      <source>no label</source>
      <translation>keine Angabe</translation>
    </message>
    <message>
      <source>{right} of {count} agree</source>
      <translation>{right} von {count} stimmen überein</translation>
    </message>
    <message>
      <source>agrees</source>
      <translation>stimmt überein</translation>
    </message>
    <message>
      <source>Search: subject, attack type, date, light or camera</source>
      <translation>Suche: Person, Angriffsart, Datum, Licht oder Kamera</translation>
    </message>
    <message>
      <source>Search the library</source>
      <translation>In der Bibliothek suchen</translation>
    </message>
    <message>
      <source>Sessions to show</source>
      <translation>Gezeigte Sitzungen</translation>
    </message>
    <message>
      <source>Score selected</source>
      <translation>Auswahl bewerten</translation>
    </message>
    <message>
      <source>Compute the verdicts on the selected sessions with the present model, in the background</source>
      <translation>Die Urteile über die ausgewählten Sitzungen mit dem jetzigen Modell im Hintergrund berechnen</translation>
    </message>
    <message>
      <source>Progress</source>
      <translation>Fortschritt</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <source>Close the library</source>
      <translation>Bibliothek schließen</translation>
    </message>
    <message>
      <source>Recorded sessions</source>
      <translation>Aufgenommene Sitzungen</translation>
    </message>
    <message>
      <source>Looking for sessions in {folder} …</source>
      <translation>Sitzungen in {folder} werden gesucht …</translation>
    </message>
    <message>
      <source>not scored</source>
      <translation>nicht bewertet</translation>
    </message>
    <message>
      <source>{done} of {total} sessions{left}</source>
      <translation>{done} von {total} Sitzungen{left}</translation>
    </message>
    <message>
      <source>{minutes}:{seconds:02d} left</source>
      <translation>noch {minutes}:{seconds:02d}</translation>
    </message>
    <message>
      <source>{count} cannot be read</source>
      <translation>{count} nicht lesbar</translation>
    </message>
    <message>
      <source>Cancelled; the sessions that are finished will not be scored again.</source>
      <translation>Abgebrochen; fertige Sitzungen werden nicht noch einmal bewertet.</translation>
    </message>
    <message>
      <source>{count} other sessions could not be scored either.</source>
      <translation>{count} weitere Sitzungen konnten ebenfalls nicht bewertet werden.</translation>
    </message>
    <message>
      <source>Enter enlarges the picture, S takes a snapshot, arrow keys move the point whose distance is shown.</source>
      <translation>Enter vergrößert das Bild, S speichert es, Pfeiltasten bewegen den Punkt, dessen Entfernung gezeigt wird.</translation>
    </message>
    <message>
      <source>no depth</source>
      <translation>keine Tiefe</translation>
    </message>
    <message>
      <source>Enter enlarges the picture, S takes a snapshot.</source>
      <translation>Enter vergrößert das Bild, S speichert es.</translation>
    </message>
    <message>
      <source>Take a snapshot: {name} (S)</source>
      <translation>Einzelbild speichern: {name} (S)</translation>
    </message>
    <message>
      <source>Enlarge: {name} (double click)</source>
      <translation>Vergrößern: {name} (Doppelklick)</translation>
    </message>
    <message>
      <source>Freeze the pictures (Space)</source>
      <translation>Bilder einfrieren (Leertaste)</translation>
    </message>
    <message>
      <source>Resume the pictures (Space)</source>
      <translation>Bilder weiterlaufen lassen (Leertaste)</translation>
    </message>
    <message>
      <source>Show all pictures (Esc)</source>
      <translation>Alle Bilder zeigen (Esc)</translation>
    </message>
    <message>
      <source>frozen</source>
      <translation>eingefroren</translation>
    </message>
    <message>
      <source>LIVE above {live:.2f}, SPOOF below {spoof:.2f}</source>
      <translation>LIVE über {live:.2f}, ANGRIFF unter {spoof:.2f}</translation>
    </message>
    <message>
      <source>Reasons</source>
      <translation>Gründe</translation>
    </message>
    <message>
      <source>Scores</source>
      <translation>Werte</translation>
    </message>
    <message>
      <source>Physical evidence</source>
      <translation>Physikalische Merkmale</translation>
    </message>
    <message>
      <source>Explained face</source>
      <translation>Erklärtes Gesicht</translation>
    </message>
    <message>
      <source>In this frame: {reasons}</source>
      <translation>In diesem Bild: {reasons}</translation>
    </message>
    <message>
      <source>Over time</source>
      <translation>Im Verlauf</translation>
    </message>
    <message>
      <source>This frame</source>
      <translation>Dieses Bild</translation>
    </message>
    <message>
      <source>Network input</source>
      <translation>Eingabe des Netzes</translation>
    </message>
    <message>
      <source>Live score</source>
      <translation>Lebendwert</translation>
    </message>
    <message>
      <source>Face {track}, one of {count}; click another one or press F.</source>
      <translation>Gesicht {track}, eines von {count}; klicken Sie ein anderes an oder drücken Sie F.</translation>
    </message>
    <message>
      <source>not measured</source>
      <translation>nicht gemessen</translation>
    </message>
    <message>
      <source>face {track}</source>
      <translation>Gesicht {track}</translation>
    </message>
    <message>
      <source>Score over time</source>
      <translation>Wert im Verlauf</translation>
    </message>
    <message>
      <source>LIVE above {value:.2f}</source>
      <translation>LIVE über {value:.2f}</translation>
    </message>
    <message>
      <source>SPOOF below {value:.2f}</source>
      <translation>ANGRIFF unter {value:.2f}</translation>
    </message>
    <message>
      <source>verdict</source>
      <translation>Ergebnis</translation>
    </message>
    <message>
      <source>truth</source>
      <translation>Wahrheit</translation>
    </message>
    <message>
      <source>live</source>
      <translation>lebend</translation>
    </message>
    <message>
      <source>attack</source>
      <translation>Angriff</translation>
    </message>
    <message>
      <source>marker {number}</source>
      <translation>Marke {number}</translation>
    </message>
    <message>
      <source>Latency by stage</source>
      <translation>Latenz je Stufe</translation>
    </message>
    <message>
      <source>captured {captured:.1f}, processed {processed:.1f}, drawn {drawn:.1f} frames per second</source>
      <translation>aufgenommen {captured:.1f}, verarbeitet {processed:.1f}, gezeichnet {drawn:.1f} Bilder je Sekunde</translation>
    </message>
    <message>
      <source>{lost} lost by the camera, {skipped} skipped by the engine</source>
      <translation>{lost} von der Kamera verloren, {skipped} von der Auswertung übersprungen</translation>
    </message>
    <message>
      <source>{network}, trained on {data}.</source>
      <translation>{network}, trainiert auf {data}.</translation>
    </message>
    <message>
      <source>Latency: median / 95th percentile</source>
      <translation>Latenz: Median / 95. Perzentil</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>Modell</translation>
    </message>
    <message>
      <source>Skipped</source>
      <translation>Übersprungen</translation>
    </message>
    <message>
      <source>Streams</source>
      <translation>Datenströme</translation>
    </message>
    <message>
      <source>Policy</source>
      <translation>Richtlinie</translation>
    </message>
    <message>
      <source>Runs on</source>
      <translation>Läuft auf</translation>
    </message>
    <message>
      <source>projector on</source>
      <translation>Projektor an</translation>
    </message>
    <message>
      <source>projector off</source>
      <translation>Projektor aus</translation>
    </message>
    <message>
      <source>{takes} takes of {subjects} subjects; {missing} combinations are missing (–).</source>
      <translation>{takes} Aufnahmen von {subjects} Personen; {missing} Kombinationen fehlen (–).</translation>
    </message>
    <message>
      <source>Coverage</source>
      <translation>Abdeckung</translation>
    </message>
    <message>
      <source>{count} sessions cannot be read.</source>
      <translation>{count} Aufnahmen können nicht gelesen werden.</translation>
    </message>
    <message>
      <source>Keep the last {seconds:.0f} s in memory</source>
      <translation>Die letzten {seconds:.0f} s im Speicher halten</translation>
    </message>
    <message>
      <source>At most {megabytes:.0f} MB; deleted when the camera is closed</source>
      <translation>Höchstens {megabytes:.0f} MB; beim Schließen der Kamera gelöscht</translation>
    </message>
    <message>
      <source>Save the last {seconds:.0f} s</source>
      <translation>Die letzten {seconds:.0f} s speichern</translation>
    </message>
    <message>
      <source>Coverage…</source>
      <translation>Abdeckung…</translation>
    </message>
    <message>
      <source>Export crops…</source>
      <translation>Exportieren…</translation>
    </message>
    <message>
      <source>{seconds:.1f} s in {megabytes:.0f} MB</source>
      <translation>{seconds:.1f} s in {megabytes:.0f} MB</translation>
    </message>
    <message>
      <source>{folder}: {count} crops.</source>
      <translation>{folder}: {count} Ausschnitte.</translation>
    </message>
    <message>
      <source>New folder for the crops</source>
      <translation>Neuer Ordner für die Ausschnitte</translation>
    </message>
    <message>
      <source>Exporting crops into {folder} …</source>
      <translation>Ausschnitte werden nach {folder} exportiert …</translation>
    </message>
    <message>
      <source>{folder}: has no sessions yet; record some first.</source>
      <translation>{folder}: hat noch keine Aufnahmen; nehmen Sie zuerst welche auf.</translation>
    </message>
    <message>
      <source>Left out: {what}.</source>
      <translation>Ausgelassen: {what}.</translation>
    </message>
    <message>
      <source>That did not work ({why}).</source>
      <translation>Das ist fehlgeschlagen ({why}).</translation>
    </message>
    <message>
      <source>Shown now</source>
      <translation>Jetzt gezeigt</translation>
    </message>
    <message>
      <source>Choose what is shown from now on; each frame is labelled with what is shown in it</source>
      <translation>Wählen Sie, was ab jetzt gezeigt wird; jedes Bild erhält als Label, was darin gezeigt wird</translation>
    </message>
    <message>
      <source>S&amp;hown now</source>
      <translation>Jet&amp;zt gezeigt</translation>
    </message>
    <message>
      <source>{subject}: {done} of {count} takes</source>
      <translation>{subject}: {done} von {count}</translation>
    </message>
    <message>
      <source>People</source>
      <translation>Personen</translation>
    </message>
    <message>
      <source>Open a list…</source>
      <translation>Liste öffnen…</translation>
    </message>
    <message>
      <source>Live person</source>
      <translation>Lebende Person</translation>
    </message>
    <message>
      <source>Attack</source>
      <translation>Angriff</translation>
    </message>
    <message>
      <source>e.g. A4 laser print</source>
      <translation>z. B. Laserdruck A4</translation>
    </message>
    <message>
      <source>pseudonym, e.g. S01</source>
      <translation>Pseudonym, z. B. S01</translation>
    </message>
    <message>
      <source>The person has agreed</source>
      <translation>Die Person ist einverstanden</translation>
    </message>
    <message>
      <source>no limit</source>
      <translation>unbegrenzt</translation>
    </message>
    <message>
      <source>Start recording</source>
      <translation>Aufnahme starten</translation>
    </message>
    <message>
      <source>Count-down</source>
      <translation>Vorlauf</translation>
    </message>
    <message>
      <source>Starting…</source>
      <translation>Startet…</translation>
    </message>
    <message>
      <source>Finishing…</source>
      <translation>Wird abgeschlossen…</translation>
    </message>
    <message>
      <source>Stop recording</source>
      <translation>Aufnahme beenden</translation>
    </message>
    <message>
      <source>Open a camera to record a session.</source>
      <translation>Öffnen Sie eine Kamera, um eine Sitzung aufzunehmen.</translation>
    </message>
    <message>
      <source>This source is a file; open a camera to record.</source>
      <translation>Diese Quelle ist eine Datei; öffnen Sie zum Aufnehmen eine Kamera.</translation>
    </message>
    <message>
      <source>Enter a pseudonym of letters, digits, '.', '_' and '-', never a real name.</source>
      <translation>Geben Sie ein Pseudonym aus Buchstaben, Ziffern, '.', '_' und '-' ein, nie einen echten Namen.</translation>
    </message>
    <message>
      <source>Enter the attack type, e.g. print-flat.</source>
      <translation>Geben Sie die Angriffsart ein, z. B. print-flat.</translation>
    </message>
    <message>
      <source>Tick consent to record.</source>
      <translation>Setzen Sie das Häkchen der Einwilligung, um aufzunehmen.</translation>
    </message>
    <message>
      <source>{days} days</source>
      <translation>{days} Tage</translation>
    </message>
    <message>
      <source>What is shown</source>
      <translation>Was gezeigt wird</translation>
    </message>
    <message>
      <source>Attack type</source>
      <translation>Angriffsart</translation>
    </message>
    <message>
      <source>Attack material</source>
      <translation>Material</translation>
    </message>
    <message>
      <source>Distance, light</source>
      <translation>Abstand, Licht</translation>
    </message>
    <message>
      <source>Consent</source>
      <translation>Einwilligung</translation>
    </message>
    <message>
      <source>Statement</source>
      <translation>Erklärung</translation>
    </message>
    <message>
      <source>Keep until</source>
      <translation>Behalten bis</translation>
    </message>
    <message>
      <source>Labelled session</source>
      <translation>Aufnahme mit Angaben</translation>
    </message>
    <message>
      <source>Cancel: starts in {seconds} s</source>
      <translation>Abbrechen: Start in {seconds} s</translation>
    </message>
    <message>
      <source>Time</source>
      <translation>Zeit</translation>
    </message>
    <message>
      <source>Written</source>
      <translation>Geschrieben</translation>
    </message>
    <message>
      <source>Lost</source>
      <translation>Verloren</translation>
    </message>
    <message>
      <source>Disk left</source>
      <translation>Platz</translation>
    </message>
    <message>
      <source>Signed form: {form}.</source>
      <translation>Unterschriebenes Formular: {form}.</translation>
    </message>
    <message>
      <source>Marker {count} set.</source>
      <translation>Marke {count} gesetzt.</translation>
    </message>
    <message>
      <source>Nothing is recorded, so there is no marker.</source>
      <translation>Es wird nichts aufgenommen, daher gibt es keine Marke.</translation>
    </message>
    <message>
      <source>REC in {seconds} s</source>
      <translation>REC in {seconds} s</translation>
    </message>
    <message>
      <source>Shown from now on: {kind}.</source>
      <translation>Ab jetzt gezeigt: {kind}.</translation>
    </message>
    <message>
      <source>Deleted: {path}</source>
      <translation>Gelöscht: {path}</translation>
    </message>
    <message>
      <source>Discard the take</source>
      <translation>Aufnahme löschen</translation>
    </message>
    <message>
      <source>Delete this take? It cannot be restored.</source>
      <translation>Diese Aufnahme löschen? Sie kann nicht wiederhergestellt werden.</translation>
    </message>
    <message>
      <source>Relabel the take</source>
      <translation>Angaben der Aufnahme ändern</translation>
    </message>
    <message>
      <source>Note about the take</source>
      <translation>Notiz zur Aufnahme</translation>
    </message>
    <message>
      <source>{seconds:.0f} s</source>
      <translation>{seconds:.0f} s</translation>
    </message>
    <message>
      <source>Takes</source>
      <translation>Aufnahmen</translation>
    </message>
    <message>
      <source>Nothing has been recorded yet.</source>
      <translation>Noch nichts aufgenommen.</translation>
    </message>
    <message>
      <source>&amp;Play</source>
      <translation>Ab&amp;spielen</translation>
    </message>
    <message>
      <source>&amp;Note…</source>
      <translation>&amp;Notiz…</translation>
    </message>
    <message>
      <source>Rela&amp;bel…</source>
      <translation>Än&amp;dern…</translation>
    </message>
    <message>
      <source>&amp;Discard…</source>
      <translation>&amp;Löschen…</translation>
    </message>
    <message>
      <source>This failed because of an error in fasdemo; see the terminal or the log.</source>
      <translation>Wegen eines Fehlers in fasdemo misslungen; siehe Terminal oder Protokoll.</translation>
    </message>
    <message>
      <source>Open the camera first; recordings are calibrated with `fasdemo calibrate`.</source>
      <translation>Zuerst die Kamera öffnen; Aufnahmen werden mit `fasdemo calibrate` verwendet.</translation>
    </message>
    <message>
      <source>{frames} frames with one face</source>
      <translation>{frames} Bilder mit einem Gesicht</translation>
    </message>
    <message>
      <source>Model or policy were changed between the measurements; measure again.</source>
      <translation>Modell oder Richtlinie wurden zwischen den Messungen geändert; noch einmal messen.</translation>
    </message>
    <message>
      <source>The attacks are measured; live people are still needed.</source>
      <translation>Die Angriffe sind gemessen; es fehlen noch lebende Personen.</translation>
    </message>
    <message>
      <source>The camera gave no frames with a verdict; check it and measure again.</source>
      <translation>Die Kamera lieferte keine Bilder mit Urteil; prüfen und noch einmal messen.</translation>
    </message>
    <message>
      <source>Calibrate the scores to this camera</source>
      <translation>Die Werte an diese Kamera anpassen</translation>
    </message>
    <message>
      <source>For one minute, people look at the camera from 0.4 to 1 m, one at a time. Then, if you like, show prints of them. Only measurements are kept, no pictures. The bias stays within the model's limits.</source>
      <translation>Eine Minute lang schauen Personen aus 0,4 bis 1 m in die Kamera, immer nur eine. Danach können Ausdrucke von ihnen gezeigt werden. Nur Messwerte werden behalten, keine Bilder. Der Versatz bleibt in den Grenzen des Modells.</translation>
    </message>
    <message>
      <source>State of the calibration</source>
      <translation>Stand der Anpassung</translation>
    </message>
    <message>
      <source>Measure live people</source>
      <translation>Lebende Personen messen</translation>
    </message>
    <message>
      <source>Measure attacks</source>
      <translation>Angriffe messen</translation>
    </message>
    <message>
      <source>Stop</source>
      <translation>Stopp</translation>
    </message>
    <message>
      <source>Save the site file…</source>
      <translation>Standortdatei speichern…</translation>
    </message>
    <message>
      <source>Close</source>
      <translation>Schließen</translation>
    </message>
    <message>
      <source>Folder of labelled sessions</source>
      <translation>Ordner mit beschrifteten Sitzungen</translation>
    </message>
    <message>
      <source>Save as a policy</source>
      <translation>Als Richtlinie speichern</translation>
    </message>
    <message>
      <source>Name of the policy</source>
      <translation>Name der Richtlinie</translation>
    </message>
    <message>
      <source>Save a copy of the model</source>
      <translation>Kopie des Modells speichern</translation>
    </message>
    <message>
      <source>Save a site file</source>
      <translation>Standortdatei speichern</translation>
    </message>
    <message>
      <source>Site files (*.json)</source>
      <translation>Standortdateien (*.json)</translation>
    </message>
    <message>
      <source>Save a report</source>
      <translation>Bericht speichern</translation>
    </message>
    <message>
      <source>Reports (*.html)</source>
      <translation>Berichte (*.html)</translation>
    </message>
    <message>
      <source>Wrong and uncertain verdicts</source>
      <translation>Falsche und unsichere Urteile</translation>
    </message>
    <message>
      <source>Reasons and measurements</source>
      <translation>Gründe und Messwerte</translation>
    </message>
    <message>
      <source>Show the frame</source>
      <translation>Bild zeigen</translation>
    </message>
    <message>
      <source>Play the session in the main window up to this frame</source>
      <translation>Die Sitzung im Hauptfenster bis zu diesem Bild abspielen</translation>
    </message>
    <message>
      <source>Correct the label…</source>
      <translation>Beschriftung berichtigen…</translation>
    </message>
    <message>
      <source>{wrong} wrong and {uncertain} uncertain verdicts</source>
      <translation>{wrong} falsche und {uncertain} unsichere Urteile</translation>
    </message>
    <message>
      <source>bona fide</source>
      <translation>echt (bona fide)</translation>
    </message>
    <message>
      <source>no reasons</source>
      <translation>keine Gründe</translation>
    </message>
    <message>
      <source>Select a row to see its pictures, reasons and measurements.</source>
      <translation>Eine Zeile auswählen, um ihre Bilder, Gründe und Messwerte zu sehen.</translation>
    </message>
    <message>
      <source>Frame {frame}</source>
      <translation>Bild {frame}</translation>
    </message>
    <message>
      <source>Histogram of the scores</source>
      <translation>Histogramm der Werte</translation>
    </message>
    <message>
      <source>score of a presentation</source>
      <translation>Wert einer Präsentation</translation>
    </message>
    <message>
      <source>presentations</source>
      <translation>Präsentationen</translation>
    </message>
    <message>
      <source>LIVE above {value:.3f}</source>
      <translation>LIVE über {value:.3f}</translation>
    </message>
    <message>
      <source>SPOOF below {value:.3f}</source>
      <translation>ANGRIFF unter {value:.3f}</translation>
    </message>
    <message>
      <source>DET curve</source>
      <translation>DET-Kurve</translation>
    </message>
    <message>
      <source>highest APCER of all species</source>
      <translation>höchste APCER aller Arten</translation>
    </message>
    <message>
      <source>BPCER</source>
      <translation>BPCER</translation>
    </message>
    <message>
      <source>Choose a file…</source>
      <translation>Datei wählen…</translation>
    </message>
    <message>
      <source>Model's default</source>
      <translation>Vorgabe des Modells</translation>
    </message>
    <message>
      <source>Choose a folder…</source>
      <translation>Ordner wählen…</translation>
    </message>
    <message>
      <source>First</source>
      <translation>Erstes</translation>
    </message>
    <message>
      <source>Compare with</source>
      <translation>Vergleichen mit</translation>
    </message>
    <message>
      <source>Second</source>
      <translation>Zweites</translation>
    </message>
    <message>
      <source>Save</source>
      <translation>Speichern</translation>
    </message>
    <message>
      <source>{policy} (default)</source>
      <translation>{policy} (Vorgabe)</translation>
    </message>
    <message>
      <source>Thresholds as a policy…</source>
      <translation>Schwellen als Richtlinie…</translation>
    </message>
    <message>
      <source>Threshold as a site file…</source>
      <translation>Schwelle als Standortdatei…</translation>
    </message>
    <message>
      <source>Report…</source>
      <translation>Bericht…</translation>
    </message>
    <message>
      <source>Tuning – fasdemo</source>
      <translation>Abstimmung – fasdemo</translation>
    </message>
    <message>
      <source>Looking for sessions …</source>
      <translation>Sitzungen werden gesucht …</translation>
    </message>
    <message>
      <source>The sessions are being scored.</source>
      <translation>Die Sitzungen werden bewertet.</translation>
    </message>
    <message>
      <source>Choose a folder of labelled sessions to score.</source>
      <translation>Einen Ordner mit beschrifteten Sitzungen zum Bewerten wählen.</translation>
    </message>
    <message>
      <source>Use it</source>
      <translation>Verwenden</translation>
    </message>
    <message>
      <source>{count} more are in the report.</source>
      <translation>{count} weitere stehen im Bericht.</translation>
    </message>
    <message>
      <source>LIVE above</source>
      <translation>LIVE über</translation>
    </message>
    <message>
      <source>SPOOF below</source>
      <translation>ANGRIFF unter</translation>
    </message>
    <message>
      <source>Reset to the policy</source>
      <translation>Auf die Richtlinie zurücksetzen</translation>
    </message>
    <message>
      <source>Set the thresholds of the policy</source>
      <translation>Die Schwellen der Richtlinie einstellen</translation>
    </message>
    <message>
      <source>Error rates</source>
      <translation>Fehlerraten</translation>
    </message>
    <message>
      <source>{errors} of {total}</source>
      <translation>{errors} von {total}</translation>
    </message>
    <message>
      <source>beyond its limit</source>
      <translation>jenseits der Grenze</translation>
    </message>
    <message>
      <source>Aligned crops given to the network</source>
      <translation>Ausgerichtete Ausschnitte für das Netz</translation>
    </message>
    <message>
      <source>not used</source>
      <translation>nicht benutzt</translation>
    </message>
    <message>
      <source>missing</source>
      <translation>fehlt</translation>
    </message>
    <message>
      <source>Message</source>
      <translation>Meldung</translation>
    </message>
    <message>
      <source>Close the message</source>
      <translation>Meldung schließen</translation>
    </message>
    <message>
      <source>Fastest</source>
      <translation>Schnellstens</translation>
    </message>
    <message>
      <source>Previous frame (Left)</source>
      <translation>Voriges Bild (Links)</translation>
    </message>
    <message>
      <source>Pause (Space)</source>
      <translation>Anhalten (Leertaste)</translation>
    </message>
    <message>
      <source>Next frame (Right)</source>
      <translation>Nächstes Bild (Rechts)</translation>
    </message>
    <message>
      <source>Position in the file</source>
      <translation>Stelle in der Datei</translation>
    </message>
    <message>
      <source>Time and frame</source>
      <translation>Zeit und Bild</translation>
    </message>
    <message>
      <source>Speed</source>
      <translation>Geschwindigkeit</translation>
    </message>
    <message>
      <source>Speed ([ and ])</source>
      <translation>Geschwindigkeit ([ und ])</translation>
    </message>
    <message>
      <source>Loop (L)</source>
      <translation>Schleife (L)</translation>
    </message>
    <message>
      <source>frame {number} of {count}</source>
      <translation>Bild {number} von {count}</translation>
    </message>
    <message>
      <source>Play (Space)</source>
      <translation>Abspielen (Leertaste)</translation>
    </message>
    <message>
      <source>frame {number}</source>
      <translation>Bild {number}</translation>
    </message>
    <message>
      <source>1 marker</source>
      <translation>1 Marke</translation>
    </message>
    <message>
      <source>{count} markers</source>
      <translation>{count} Marken</translation>
    </message>
    <message>
      <source>no face</source>
      <translation>kein Gesicht</translation>
    </message>
    <message>
      <source>Captured {captured:.0f}, processed {processed:.0f}, drawn {drawn:.0f} fps</source>
      <translation>Aufgenommen {captured:.0f}, verarbeitet {processed:.0f}, gezeichnet {drawn:.0f} B/s</translation>
    </message>
    <message>
      <source>Latency {p50:.0f} ms (95th percentile {p95:.0f} ms)</source>
      <translation>Latenz {p50:.0f} ms (95. Perzentil {p95:.0f} ms)</translation>
    </message>
    <message>
      <source>Frames skipped: {count}</source>
      <translation>Übersprungene Bilder: {count}</translation>
    </message>
    <message>
      <source>LOG {file}: {lines}</source>
      <translation>LOG {file}: {lines}</translation>
    </message>
    <message>
      <source>{lines} lines in the event log {path}; press Ctrl+L to stop it</source>
      <translation>{lines} Zeilen im Ereignisprotokoll {path}; Strg+L beendet es</translation>
    </message>
    <message>
      <source>OUTPUT FAILED</source>
      <translation>AUSGANG GESTÖRT</translation>
    </message>
    <message>
      <source>Output: {sent} sent</source>
      <translation>Ausgang: {sent} gesendet</translation>
    </message>
    <message>
      <source>{name}: {sent} sent, {failed} failed</source>
      <translation>{name}: {sent} gesendet, {failed} gescheitert</translation>
    </message>
    <message>
      <source>Open a source</source>
      <translation>Quelle öffnen</translation>
    </message>
    <message>
      <source>Choose a camera, a video or a recorded session</source>
      <translation>Kamera, Video oder Aufnahme wählen</translation>
    </message>
    <message>
      <source>The network that rates each face</source>
      <translation>Das Netz, das jedes Gesicht bewertet</translation>
    </message>
    <message>
      <source>The thresholds that turn a score into a verdict</source>
      <translation>Die Schwellen, die aus einem Wert ein Ergebnis machen</translation>
    </message>
    <message>
      <source>The device that runs the network</source>
      <translation>Das Gerät, auf dem das Netz läuft</translation>
    </message>
    <message>
      <source>More</source>
      <translation>Mehr</translation>
    </message>
    <message>
      <source>RealSense camera</source>
      <translation>RealSense-Kamera</translation>
    </message>
    <message>
      <source>Webcam</source>
      <translation>Webcam</translation>
    </message>
    <message>
      <source>Video or recording…</source>
      <translation>Video oder Aufnahme…</translation>
    </message>
    <message>
      <source>Session or picture folder…</source>
      <translation>Sitzung oder Bilderordner…</translation>
    </message>
    <message>
      <source>Library of recordings</source>
      <translation>Bibliothek der Aufnahmen</translation>
    </message>
    <message>
      <source>Demo session</source>
      <translation>Demo</translation>
    </message>
    <message>
      <source>Record a labelled session (Ctrl+3)</source>
      <translation>Aufnahme mit Angaben (Strg+3)</translation>
    </message>
    <message>
      <source>Kiosk mode: only the verdict, full screen (F11)</source>
      <translation>Kioskmodus: nur das Ergebnis, Vollbild (F11)</translation>
    </message>
    <message>
      <source>Keyboard shortcuts (?)</source>
      <translation>Tastenkürzel (?)</translation>
    </message>
    <message>
      <source>Events with pictures…</source>
      <translation>Ereignisse mit Bildern…</translation>
    </message>
    <message>
      <source>Calibrate…</source>
      <translation>Kalibrieren…</translation>
    </message>
    <message>
      <source>Event log…</source>
      <translation>Ereignisprotokoll…</translation>
    </message>
    <message>
      <source>Tune…</source>
      <translation>Abstimmen…</translation>
    </message>
    <message>
      <source>Preferences…</source>
      <translation>Einstellungen…</translation>
    </message>
    <message>
      <source>Stop the event log</source>
      <translation>Ereignisprotokoll beenden</translation>
    </message>
    <message>
      <source>Is there a live person in front of the camera?</source>
      <translation>Ist eine lebende Person vor der Kamera?</translation>
    </message>
    <message>
      <source>Open a camera, a video or a recorded session, or drop a file or folder here.</source>
      <translation>Öffnen Sie eine Kamera, ein Video oder eine Aufnahme, oder ziehen Sie eine Datei oder einen Ordner hierher.</translation>
    </message>
    <message>
      <source>Recent</source>
      <translation>Zuletzt</translation>
    </message>
    <message>
      <source>{name} tab</source>
      <translation>Reiter {name}</translation>
    </message>
    <message>
      <source>There is no point cloud: the picture has no depth, or the camera has no calibration.</source>
      <translation>Es gibt keine Punktwolke: Das Bild hat keine Tiefe oder die Kamera keine Kalibrierung.</translation>
    </message>
    <message>
      <source>{picture}: there is no picture to save.</source>
      <translation>{picture}: Es gibt kein Bild zum Speichern.</translation>
    </message>
    <message>
      <source>The snapshot cannot be saved in {folder} ({why}); choose another folder in the preferences.</source>
      <translation>Das Einzelbild kann nicht in {folder} gespeichert werden ({why}); wählen Sie einen anderen Ordner in den Einstellungen.</translation>
    </message>
    <message>
      <source>Loading the model {model} and the face detector … {seconds} s</source>
      <translation>Das Modell {model} und die Gesichtserkennung werden geladen … {seconds} s</translation>
    </message>
    <message>
      <source>Opening…</source>
      <translation>Wird geöffnet…</translation>
    </message>
    <message>
      <source>{picture}: not in this frame</source>
      <translation>{picture}: nicht in diesem Bild</translation>
    </message>
    <message>
      <source>The pictures are frozen, and the camera continues. Space shows the current pictures.</source>
      <translation>Die Bilder sind angehalten, und die Kamera läuft weiter. Die Leertaste zeigt die aktuellen Bilder.</translation>
    </message>
    <message>
      <source>Loading the model and the face detector … {seconds} s</source>
      <translation>Das Modell und die Gesichtserkennung werden geladen … {seconds} s</translation>
    </message>
    <message>
      <source>No new picture from the camera</source>
      <translation>Kein neues Bild von der Kamera</translation>
    </message>
    <message>
      <source>● Recording</source>
      <translation>● Aufnahme läuft</translation>
    </message>
    <message>
      <source>The door does not answer; please ask the staff for help.</source>
      <translation>Die Tür antwortet nicht; bitte fragen Sie das Personal.</translation>
    </message>
    <message>
      <source>No picture</source>
      <translation>Kein Bild</translation>
    </message>
    <message>
      <source>A recording is running; stop it (R) before opening another source.</source>
      <translation>Eine Aufnahme läuft; beenden Sie sie (R), bevor Sie eine andere Quelle öffnen.</translation>
    </message>
    <message>
      <source>A recording is running; stop it (R) before closing the source.</source>
      <translation>Eine Aufnahme läuft; beenden Sie sie (R), bevor Sie die Quelle schließen.</translation>
    </message>
    <message>
      <source>Opening {source} …</source>
      <translation>{source} wird geöffnet …</translation>
    </message>
    <message>
      <source>The demo session is missing; install fasdemo again.</source>
      <translation>Die Demo fehlt; installieren Sie fasdemo neu.</translation>
    </message>
    <message>
      <source>{source} continues.</source>
      <translation>{source} läuft weiter.</translation>
    </message>
    <message>
      <source>Try again</source>
      <translation>Neu versuchen</translation>
    </message>
    <message>
      <source>No new picture from the camera; there is no verdict.</source>
      <translation>Kein neues Bild von der Kamera; es gibt kein Ergebnis.</translation>
    </message>
    <message>
      <source>This picture could not be processed.</source>
      <translation>Dieses Bild konnte nicht verarbeitet werden.</translation>
    </message>
    <message>
      <source>No model is loaded.</source>
      <translation>Es ist kein Modell geladen.</translation>
    </message>
    <message>
      <source>Please ask the staff for help.</source>
      <translation>Bitte fragen Sie das Personal.</translation>
    </message>
    <message>
      <source>The file shows a live person.</source>
      <translation>Die Datei zeigt eine lebende Person.</translation>
    </message>
    <message>
      <source>Live person detected.</source>
      <translation>Lebende Person erkannt.</translation>
    </message>
    <message>
      <source>The last pictures together were rated as an attack.</source>
      <translation>Die letzten Bilder zusammen wurden als Angriff bewertet.</translation>
    </message>
    <message>
      <source>no score yet</source>
      <translation>noch kein Wert</translation>
    </message>
    <message>
      <source>Loading the model …</source>
      <translation>Das Modell wird geladen …</translation>
    </message>
    <message>
      <source>Thank you.</source>
      <translation>Danke.</translation>
    </message>
    <message>
      <source>Camera problem: {words}.</source>
      <translation>Kameraproblem: {words}.</translation>
    </message>
    <message>
      <source>score {score:.2f}</source>
      <translation>Wert {score:.2f}</translation>
    </message>
    <message>
      <source>{count} faces: {listed}</source>
      <translation>{count} Gesichter: {listed}</translation>
    </message>
  </context>
</TS>
