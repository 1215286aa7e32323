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
      <source>The depth image has almost no depth values.</source>
      <translation>Das Tiefenbild hat fast keine Tiefenwerte.</translation>
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
      <source>Too many attempts were refused; please wait a moment or ask the staff for help.</source>
      <translation>Zu viele Versuche wurden abgelehnt; bitte warten Sie oder fragen Sie das Personal.</translation>
    </message>
    <message>
      <source>Several attempts were refused, so the camera is locked for a while.</source>
      <translation>Mehrere Versuche wurden abgelehnt, daher ist die Kamera eine Zeit lang gesperrt.</translation>
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
      <source>Only colour was used: on 55 real pictures, the colour model was no better than chance (AUC 0.55).</source>
      <translation>Nur Farbe wurde genutzt: auf 55 echten Bildern war das Farbmodell nicht besser als Zufall (AUC 0,55).</translation>
    </message>
    <message>
      <source>The face moves like a flat picture: no part of it is closer than the rest.</source>
      <translation>Das Gesicht bewegt sich wie ein flaches Bild: kein Teil ist näher als der Rest.</translation>
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
      <source>One moment, please.</source>
      <translation>Einen Moment, bitte.</translation>
    </message>
    <message>
      <source>There is not enough evidence yet.</source>
      <translation>Es gibt noch nicht genug Anhaltspunkte.</translation>
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
      <source>Only the network judged the whole picture, without face detection, physical evidence or time.</source>
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
      <source>Opening…</source>
      <translation>Wird geöffnet…</translation>
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
      <source>Loading the model {model} and the face detector … {seconds} s</source>
      <translation>Das Modell {model} und die Gesichtserkennung werden geladen … {seconds} s</translation>
    </message>
    <message>
      <source>No picture</source>
      <translation>Kein Bild</translation>
    </message>
    <message>
      <source>{picture}: not in this frame</source>
      <translation>{picture}: nicht in diesem Bild</translation>
    </message>
    <message>
      <source>Loading the model and the face detector … {seconds} s</source>
      <translation>Das Modell und die Gesichtserkennung werden geladen … {seconds} s</translation>
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
      <source>Too many wrong PINs. Try again in {seconds} s.</source>
      <translation>Zu viele falsche PINs. Neuer Versuch in {seconds} s möglich.</translation>
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
      <source>Opening {source} …</source>
      <translation>{source} wird geöffnet …</translation>
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
