<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh" sourcelanguage="en">
  <context>
    <name>fasdemo</name>
    <message>
      <source>LIVE</source>
      <translation>真人</translation>
    </message>
    <message>
      <source>SPOOF</source>
      <translation>攻击</translation>
    </message>
    <message>
      <source>UNCERTAIN</source>
      <translation>不确定</translation>
    </message>
    <message>
      <source>NO SOURCE</source>
      <translation>无来源</translation>
    </message>
    <message>
      <source>OPENING</source>
      <translation>正在打开</translation>
    </message>
    <message>
      <source>STARTING</source>
      <translation>正在启动</translation>
    </message>
    <message>
      <source>NO PICTURE</source>
      <translation>无图像</translation>
    </message>
    <message>
      <source>NO VERDICT</source>
      <translation>无结果</translation>
    </message>
    <message>
      <source>NO FACE</source>
      <translation>无人脸</translation>
    </message>
    <message>
      <source>ACCEPTED</source>
      <translation>已通过</translation>
    </message>
    <message>
      <source>ONE MOMENT</source>
      <translation>请稍候</translation>
    </message>
    <message>
      <source>WELCOME</source>
      <translation>欢迎</translation>
    </message>
    <message>
      <source>OUT OF ORDER</source>
      <translation>暂停使用</translation>
    </message>
    <message>
      <source>Open a camera, a video or a recorded session.</source>
      <translation>请打开摄像头、视频或已录制的会话。</translation>
    </message>
    <message>
      <source>Camera disconnected. Reconnecting …</source>
      <translation>摄像头已断开，正在重新连接……</translation>
    </message>
    <message>
      <source>FILE, not a live-camera decision</source>
      <translation>文件，并非实时摄像头的判定</translation>
    </message>
    <message>
      <source>RGB only: lower assurance</source>
      <translation>仅彩色：可信度较低</translation>
    </message>
    <message>
      <source>VIRTUAL CAMERA, not a live-camera decision</source>
      <translation>虚拟摄像头，并非实时摄像头的判定</translation>
    </message>
    <message>
      <source>There is a problem with the camera; please ask the staff for help.</source>
      <translation>摄像头出现问题，请联系工作人员。</translation>
    </message>
    <message>
      <source>A part of the engine failed on this frame.</source>
      <translation>引擎的一部分在处理此帧时出错。</translation>
    </message>
    <message>
      <source>The colour image is not a uint8 (H, W, 3) array.</source>
      <translation>彩色图像不是 uint8 (H, W, 3) 数组。</translation>
    </message>
    <message>
      <source>The source declares depth, but this frame has none.</source>
      <translation>来源声明有深度，但此帧没有。</translation>
    </message>
    <message>
      <source>The source declares infrared, but this frame has none.</source>
      <translation>来源声明有红外，但此帧没有。</translation>
    </message>
    <message>
      <source>The depth image or its scale is not valid.</source>
      <translation>深度图像或其比例无效。</translation>
    </message>
    <message>
      <source>The infrared image is not valid.</source>
      <translation>红外图像无效。</translation>
    </message>
    <message>
      <source>The size of the depth image does not match the colour image, the calibration or the previous frames.</source>
      <translation>深度图像的尺寸与彩色图像、标定或之前的帧不符。</translation>
    </message>
    <message>
      <source>The size of the infrared image does not match the colour image, the calibration or the previous frames.</source>
      <translation>红外图像的尺寸与彩色图像、标定或之前的帧不符。</translation>
    </message>
    <message>
      <source>The size of the colour image has changed.</source>
      <translation>彩色图像的尺寸发生了变化。</translation>
    </message>
    <message>
      <source>The calibration is not valid, so nothing can be measured with it.</source>
      <translation>标定无效，无法据此测量。</translation>
    </message>
    <message>
      <source>The time of the frame is not later than that of the previous frame.</source>
      <translation>此帧的时间不晚于前一帧。</translation>
    </message>
    <message>
      <source>The frame is older than the policy allows.</source>
      <translation>此帧的时间超出策略允许的范围。</translation>
    </message>
    <message>
      <source>The colour image of the face repeats an earlier one.</source>
      <translation>人脸的彩色图像与较早的图像重复。</translation>
    </message>
    <message>
      <source>The depth image of the face repeats an earlier one.</source>
      <translation>人脸的深度图像与较早的图像重复。</translation>
    </message>
    <message>
      <source>The infrared image of the face repeats an earlier one.</source>
      <translation>人脸的红外图像与较早的图像重复。</translation>
    </message>
    <message>
      <source>The colour image is identical to the previous one.</source>
      <translation>彩色图像与前一帧完全相同。</translation>
    </message>
    <message>
      <source>The depth image is identical to the previous one.</source>
      <translation>深度图像与前一帧完全相同。</translation>
    </message>
    <message>
      <source>The infrared image is identical to the previous one.</source>
      <translation>红外图像与前一帧完全相同。</translation>
    </message>
    <message>
      <source>The device time of the colour image does not match the time of the frame.</source>
      <translation>彩色图像的设备时间与帧时间不符。</translation>
    </message>
    <message>
      <source>Depth and colour were not captured at the same time.</source>
      <translation>深度与彩色不是同时采集的。</translation>
    </message>
    <message>
      <source>Infrared and colour were not captured at the same time.</source>
      <translation>红外与彩色不是同时采集的。</translation>
    </message>
    <message>
      <source>The camera gives depth without a time stamp, so an old image cannot be detected.</source>
      <translation>摄像头提供的深度没有时间戳，无法识别旧图像。</translation>
    </message>
    <message>
      <source>The camera gives infrared without a time stamp, so an old image cannot be detected.</source>
      <translation>摄像头提供的红外没有时间戳，无法识别旧图像。</translation>
    </message>
    <message>
      <source>The depth image has almost no depth values.</source>
      <translation>深度图像几乎没有深度值。</translation>
    </message>
    <message>
      <source>The whole infrared image is black.</source>
      <translation>整个红外图像为黑色。</translation>
    </message>
    <message>
      <source>The source reports a fault, whose code is listed with this one.</source>
      <translation>来源报告了故障，其代码一并列出。</translation>
    </message>
    <message>
      <source>The policy requires colour, but the source has none.</source>
      <translation>策略要求彩色，但来源没有。</translation>
    </message>
    <message>
      <source>The policy requires depth, but the source has none.</source>
      <translation>策略要求深度，但来源没有。</translation>
    </message>
    <message>
      <source>The policy requires infrared, but the source has none.</source>
      <translation>策略要求红外，但来源没有。</translation>
    </message>
    <message>
      <source>The device or the recording has colour, but the source does not use it.</source>
      <translation>设备或录制有彩色，但来源未使用。</translation>
    </message>
    <message>
      <source>The device or the recording has depth, but the source does not use it.</source>
      <translation>设备或录制有深度，但来源未使用。</translation>
    </message>
    <message>
      <source>The device or the recording has infrared, but the source does not use it.</source>
      <translation>设备或录制有红外，但来源未使用。</translation>
    </message>
    <message>
      <source>The frame rate is too low to track a face.</source>
      <translation>帧率太低，无法跟踪人脸。</translation>
    </message>
    <message>
      <source>There is no valid calibration for the depth image, so the size of the face is unknown.</source>
      <translation>深度图像没有有效标定，人脸大小未知。</translation>
    </message>
    <message>
      <source>The network gave no usable score.</source>
      <translation>网络没有给出可用的分数。</translation>
    </message>
    <message>
      <source>The face is flat, like a print or a screen.</source>
      <translation>人脸是平的，像打印件或屏幕。</translation>
    </message>
    <message>
      <source>The face has the shape of a bent sheet of paper, without a nose.</source>
      <translation>人脸呈弯曲纸张的形状，没有鼻子。</translation>
    </message>
    <message>
      <source>The face is bright in colour but black in infrared, like a screen.</source>
      <translation>人脸在彩色中明亮，在红外中为黑色，像屏幕。</translation>
    </message>
    <message>
      <source>At its distance, the face is larger or smaller than a human face.</source>
      <translation>按其距离，人脸比真实人脸更大或更小。</translation>
    </message>
    <message>
      <source>There is no face in infrared at the position of the face in colour.</source>
      <translation>在彩色人脸的位置，红外中没有人脸。</translation>
    </message>
    <message>
      <source>Eyes, nose and mouth are at different positions in infrared and in colour, or mirrored.</source>
      <translation>红外与彩色中眼、鼻、口的位置不同或互为镜像。</translation>
    </message>
    <message>
      <source>Infrared shows the same picture as colour, like a print or a grey copy, and not like skin.</source>
      <translation>红外与彩色显示相同图像，像打印件或灰度副本，而不像皮肤。</translation>
    </message>
    <message>
      <source>Please look straight at the camera.</source>
      <translation>请正对摄像头。</translation>
    </message>
    <message>
      <source>The depth shows the face at another place or angle than the colour image.</source>
      <translation>深度显示的人脸位置或角度与彩色图像不同。</translation>
    </message>
    <message>
      <source>Please uncover your face.</source>
      <translation>请不要遮挡面部。</translation>
    </message>
    <message>
      <source>Mouth and chin, or forehead and eyes, are flat: something covers them.</source>
      <translation>口部和下巴或额头和眼睛是平的：有物体遮挡。</translation>
    </message>
    <message>
      <source>The depth of the face is rougher than any face; it may be another image.</source>
      <translation>人脸深度比任何人脸都粗糙，可能是另一幅图像。</translation>
    </message>
    <message>
      <source>Please come closer and look straight at the camera.</source>
      <translation>请靠近并正对摄像头。</translation>
    </message>
    <message>
      <source>The depth is too noisy, or the nose too flat, to tell a face from a sheet of paper.</source>
      <translation>深度噪声太大或鼻子太平，无法区分人脸与纸张。</translation>
    </message>
    <message>
      <source>The network rates depth or infrared as an attack.</source>
      <translation>网络将深度或红外判为攻击。</translation>
    </message>
    <message>
      <source>Please step back a little.</source>
      <translation>请稍微后退。</translation>
    </message>
    <message>
      <source>The face is closer than the policy allows.</source>
      <translation>人脸距离小于策略允许的范围。</translation>
    </message>
    <message>
      <source>Please come closer.</source>
      <translation>请靠近一些。</translation>
    </message>
    <message>
      <source>The face is farther away or smaller than the policy allows.</source>
      <translation>人脸过远或过小，超出策略允许的范围。</translation>
    </message>
    <message>
      <source>Please move to the middle of the picture.</source>
      <translation>请移到画面中央。</translation>
    </message>
    <message>
      <source>The face is partly outside the picture.</source>
      <translation>人脸部分超出画面。</translation>
    </message>
    <message>
      <source>The head is turned or tilted too far.</source>
      <translation>头部转动或倾斜过大。</translation>
    </message>
    <message>
      <source>Parts of the face are not visible.</source>
      <translation>面部有部分不可见。</translation>
    </message>
    <message>
      <source>Please open your eyes.</source>
      <translation>请睁开眼睛。</translation>
    </message>
    <message>
      <source>Both eyes have been closed for a while.</source>
      <translation>双眼已闭合一段时间。</translation>
    </message>
    <message>
      <source>It is too dark here; please face the light.</source>
      <translation>此处太暗，请面向光源。</translation>
    </message>
    <message>
      <source>The face is too dark.</source>
      <translation>面部太暗。</translation>
    </message>
    <message>
      <source>Please turn away from the bright light.</source>
      <translation>请避开强光。</translation>
    </message>
    <message>
      <source>Much of the face is overexposed.</source>
      <translation>面部大部分过曝。</translation>
    </message>
    <message>
      <source>Please hold still.</source>
      <translation>请保持不动。</translation>
    </message>
    <message>
      <source>The face is blurred.</source>
      <translation>面部模糊。</translation>
    </message>
    <message>
      <source>Please look straight at the camera, with nothing in front of your face.</source>
      <translation>请正对摄像头，面前不要有遮挡。</translation>
    </message>
    <message>
      <source>Depth is missing on much of the face.</source>
      <translation>面部大部分缺少深度。</translation>
    </message>
    <message>
      <source>Please look at the camera.</source>
      <translation>请看摄像头。</translation>
    </message>
    <message>
      <source>The policy requires a look at the camera, but the eyes look elsewhere, or it is not known where.</source>
      <translation>策略要求注视摄像头，但视线在别处或未知。</translation>
    </message>
    <message>
      <source>Too many attempts were refused; please wait a moment or ask the staff for help.</source>
      <translation>被拒次数过多，请稍候或联系工作人员。</translation>
    </message>
    <message>
      <source>Several attempts were refused, so the camera is locked for a while.</source>
      <translation>多次尝试被拒，摄像头暂时锁定。</translation>
    </message>
    <message>
      <source>One person at a time, please.</source>
      <translation>请一次一人。</translation>
    </message>
    <message>
      <source>The policy allows only one face, but there are several.</source>
      <translation>策略只允许一张人脸，但有多张。</translation>
    </message>
    <message>
      <source>This is a virtual camera, which cannot prove a live person; use a real camera.</source>
      <translation>这是虚拟摄像头，无法证明是真人；请使用真实摄像头。</translation>
    </message>
    <message>
      <source>The camera is virtual, or its name cannot be read, so any picture can be fed into it.</source>
      <translation>摄像头是虚拟的或名称无法读取，可输入任意图像。</translation>
    </message>
    <message>
      <source>This camera cannot prove a live person; please ask the staff for help.</source>
      <translation>此摄像头无法证明是真人，请联系工作人员。</translation>
    </message>
    <message>
      <source>The network camera gives pictures without time stamps, so an old picture cannot be detected.</source>
      <translation>网络摄像头的图像没有时间戳，无法识别旧图像。</translation>
    </message>
    <message>
      <source>Colour alone cannot prove a live person; use a camera with depth or infrared.</source>
      <translation>仅凭彩色无法证明是真人，请使用带深度或红外的摄像头。</translation>
    </message>
    <message>
      <source>Only colour was used: on 55 real pictures, the colour model was no better than chance (AUC 0.55).</source>
      <translation>仅使用彩色：在 55 张真实图片上，彩色模型不优于随机（AUC 0.55）。</translation>
    </message>
    <message>
      <source>The face moves like a flat picture: no part of it is closer than the rest.</source>
      <translation>人脸像平面图片一样移动，没有任何部分更近。</translation>
    </message>
    <message>
      <source>The view changed; checking again.</source>
      <translation>画面已变化，正在重新检查。</translation>
    </message>
    <message>
      <source>The network rates this frame as an attack.</source>
      <translation>网络将此帧判为攻击。</translation>
    </message>
    <message>
      <source>Not sure: the score is between the LIVE and SPOOF limits.</source>
      <translation>不确定：分数介于真人与攻击的界限之间。</translation>
    </message>
    <message>
      <source>One moment, please.</source>
      <translation>请稍候。</translation>
    </message>
    <message>
      <source>There is not enough evidence yet.</source>
      <translation>依据尚不足。</translation>
    </message>
    <message>
      <source>The file has no calibration, so the size of the face is not checked.</source>
      <translation>文件没有标定，因此不检查人脸大小。</translation>
    </message>
    <message>
      <source>The verdict is based on a single picture, without evidence over time.</source>
      <translation>结果仅基于单张图片，没有时间上的依据。</translation>
    </message>
    <message>
      <source>Only the network judged the whole picture, without face detection, physical evidence or time.</source>
      <translation>仅由网络评定整幅图片，没有人脸检测、物理依据或时间依据。</translation>
    </message>
    <message>
      <source>There are several faces; each has its own verdict.</source>
      <translation>有多张人脸，每张各有结果。</translation>
    </message>
    <message>
      <source>There is no face in the picture.</source>
      <translation>画面中没有人脸。</translation>
    </message>
    <message>
      <source>Opening…</source>
      <translation>正在打开……</translation>
    </message>
    <message>
      <source>No new picture from the camera</source>
      <translation>摄像头没有新图像</translation>
    </message>
    <message>
      <source>● Recording</source>
      <translation>● 正在录制</translation>
    </message>
    <message>
      <source>The door does not answer; please ask the staff for help.</source>
      <translation>门没有响应，请联系工作人员。</translation>
    </message>
    <message>
      <source>Loading the model {model} and the face detector … {seconds} s</source>
      <translation>正在加载模型 {model} 和人脸检测器…… {seconds} 秒</translation>
    </message>
    <message>
      <source>No picture</source>
      <translation>无图像</translation>
    </message>
    <message>
      <source>{picture}: not in this frame</source>
      <translation>{picture}：此帧没有</translation>
    </message>
    <message>
      <source>Loading the model and the face detector … {seconds} s</source>
      <translation>正在加载模型和人脸检测器…… {seconds} 秒</translation>
    </message>
    <message>
      <source>Trying again in {seconds} s.</source>
      <translation>{seconds} 秒后重试。</translation>
    </message>
    <message>
      <source>Wrong PIN.</source>
      <translation>PIN 错误。</translation>
    </message>
    <message>
      <source>Leave kiosk mode</source>
      <translation>退出自助终端模式</translation>
    </message>
    <message>
      <source>PIN</source>
      <translation>PIN</translation>
    </message>
    <message>
      <source>PIN of the staff:</source>
      <translation>工作人员 PIN：</translation>
    </message>
    <message>
      <source>Too many wrong PINs. Try again in {seconds} s.</source>
      <translation>PIN 错误次数过多，请在 {seconds} 秒后重试。</translation>
    </message>
    <message>
      <source>No new picture from the camera; there is no verdict.</source>
      <translation>摄像头没有新图像，因此没有结果。</translation>
    </message>
    <message>
      <source>This picture could not be processed.</source>
      <translation>此图像无法处理。</translation>
    </message>
    <message>
      <source>No model is loaded.</source>
      <translation>未加载模型。</translation>
    </message>
    <message>
      <source>Please ask the staff for help.</source>
      <translation>请联系工作人员。</translation>
    </message>
    <message>
      <source>The file shows a live person.</source>
      <translation>文件中是真人。</translation>
    </message>
    <message>
      <source>Live person detected.</source>
      <translation>检测到真人。</translation>
    </message>
    <message>
      <source>The last pictures together were rated as an attack.</source>
      <translation>最近的图像综合判定为攻击。</translation>
    </message>
    <message>
      <source>no score yet</source>
      <translation>尚无分数</translation>
    </message>
    <message>
      <source>Loading the model …</source>
      <translation>正在加载模型……</translation>
    </message>
    <message>
      <source>Thank you.</source>
      <translation>谢谢。</translation>
    </message>
    <message>
      <source>Opening {source} …</source>
      <translation>正在打开 {source} ……</translation>
    </message>
    <message>
      <source>Camera problem: {words}.</source>
      <translation>摄像头问题：{words}。</translation>
    </message>
    <message>
      <source>score {score:.2f}</source>
      <translation>分数 {score:.2f}</translation>
    </message>
    <message>
      <source>{count} faces: {listed}</source>
      <translation>{count} 张人脸：{listed}</translation>
    </message>
  </context>
</TS>
