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
      <source>FROZEN</source>
      <translation>已冻结</translation>
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
      <source>PLEASE FOLLOW</source>
      <translation>请按提示做</translation>
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
      <source>Colour</source>
      <translation>彩色</translation>
    </message>
    <message>
      <source>Depth</source>
      <translation>深度</translation>
    </message>
    <message>
      <source>Infrared</source>
      <translation>红外</translation>
    </message>
    <message>
      <source>Capture</source>
      <translation>采集</translation>
    </message>
    <message>
      <source>Find faces</source>
      <translation>查找人脸</translation>
    </message>
    <message>
      <source>Align</source>
      <translation>对齐</translation>
    </message>
    <message>
      <source>Network</source>
      <translation>网络</translation>
    </message>
    <message>
      <source>Total</source>
      <translation>总计</translation>
    </message>
    <message>
      <source>Why</source>
      <translation>原因</translation>
    </message>
    <message>
      <source>Timing</source>
      <translation>耗时</translation>
    </message>
    <message>
      <source>Record</source>
      <translation>录制</translation>
    </message>
    <message>
      <source>Camera</source>
      <translation>摄像头</translation>
    </message>
    <message>
      <source>Subject</source>
      <translation>受试者</translation>
    </message>
    <message>
      <source>Shown</source>
      <translation>内容</translation>
    </message>
    <message>
      <source>Verdicts</source>
      <translation>判定</translation>
    </message>
    <message>
      <source>Agreement</source>
      <translation>一致性</translation>
    </message>
    <message>
      <source>Recorded</source>
      <translation>录制时间</translation>
    </message>
    <message>
      <source>Length</source>
      <translation>时长</translation>
    </message>
    <message>
      <source>Distance</source>
      <translation>距离</translation>
    </message>
    <message>
      <source>Lighting</source>
      <translation>光照</translation>
    </message>
    <message>
      <source>Folder</source>
      <translation>文件夹</translation>
    </message>
    <message>
      <source>All sessions</source>
      <translation>所有会话</translation>
    </message>
    <message>
      <source>Last 7 days</source>
      <translation>最近 7 天</translation>
    </message>
    <message>
      <source>Verdict differs from the truth</source>
      <translation>判定与真实情况不符</translation>
    </message>
    <message>
      <source>Not scored</source>
      <translation>未评分</translation>
    </message>
    <message>
      <source>attack accepted</source>
      <translation>攻击被接受</translation>
    </message>
    <message>
      <source>live person refused</source>
      <translation>真人被拒绝</translation>
    </message>
    <message>
      <source>uncertain</source>
      <translation>不确定</translation>
    </message>
    <message>
      <source>I agree that my face is recorded in colour, depth and infrared for liveness research.</source>
      <translation>我同意为活体检测研究录制我的面部彩色、深度和红外图像。</translation>
    </message>
    <message>
      <source>Pictures of the people in front of the camera are stored on this computer when a face is accepted, refused or locked out. They must be told so before they are seen, for example by a sign at the camera, and in many countries they must agree.</source>
      <translation>当人脸被接受、拒绝或锁定时，摄像头前人员的图片会保存在本机上。必须事先告知他们，例如在摄像头旁张贴告示；在许多国家还须征得他们同意。</translation>
    </message>
    <message>
      <source>Automatic</source>
      <translation>自动</translation>
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
      <translation>图像</translation>
    </message>
    <message>
      <source>Depth filters</source>
      <translation>深度滤波器</translation>
    </message>
    <message>
      <source>Motion</source>
      <translation>运动</translation>
    </message>
    <message>
      <source>Name</source>
      <translation>名称</translation>
    </message>
    <message>
      <source>Serial number</source>
      <translation>序列号</translation>
    </message>
    <message>
      <source>Firmware</source>
      <translation>固件</translation>
    </message>
    <message>
      <source>Recommended firmware</source>
      <translation>推荐固件</translation>
    </message>
    <message>
      <source>USB type</source>
      <translation>USB 类型</translation>
    </message>
    <message>
      <source>Preset</source>
      <translation>预设</translation>
    </message>
    <message>
      <source>not noted</source>
      <translation>未记录</translation>
    </message>
    <message>
      <source>near</source>
      <translation>近</translation>
    </message>
    <message>
      <source>middle</source>
      <translation>中</translation>
    </message>
    <message>
      <source>far</source>
      <translation>远</translation>
    </message>
    <message>
      <source>bright</source>
      <translation>明亮</translation>
    </message>
    <message>
      <source>normal</source>
      <translation>正常</translation>
    </message>
    <message>
      <source>dim</source>
      <translation>昏暗</translation>
    </message>
    <message>
      <source>backlit</source>
      <translation>逆光</translation>
    </message>
    <message>
      <source>Wrong</source>
      <translation>错误</translation>
    </message>
    <message>
      <source>Rate</source>
      <translation>速率</translation>
    </message>
    <message>
      <source>95 % interval</source>
      <translation>95 % 区间</translation>
    </message>
    <message>
      <source>No response</source>
      <translation>无响应</translation>
    </message>
    <message>
      <source>Verdict</source>
      <translation>判定</translation>
    </message>
    <message>
      <source>Score</source>
      <translation>分数</translation>
    </message>
    <message>
      <source>Margin</source>
      <translation>裕度</translation>
    </message>
    <message>
      <source>Session</source>
      <translation>会话</translation>
    </message>
    <message>
      <source>NO RESPONSE</source>
      <translation>无响应</translation>
    </message>
    <message>
      <source>Median distance of the face from the depth camera.</source>
      <translation>人脸到深度相机的距离（中位数）。</translation>
    </message>
    <message>
      <source>Depth coverage</source>
      <translation>深度覆盖率</translation>
    </message>
    <message>
      <source>Share of the face with a depth value.</source>
      <translation>人脸上有深度值的部分所占比例。</translation>
    </message>
    <message>
      <source>Plane residual</source>
      <translation>平面残差</translation>
    </message>
    <message>
      <source>Standard deviation of the face's depth from the best-fitting plane; prints and screens are flat.</source>
      <translation>人脸深度相对于最佳拟合平面的标准差；打印件和屏幕是平的。</translation>
    </message>
    <message>
      <source>Bent-sheet residual</source>
      <translation>弯曲纸张残差</translation>
    </message>
    <message>
      <source>Standard deviation of the face's depth from the best-fitting bent sheet of paper.</source>
      <translation>人脸深度相对于最佳拟合弯曲纸张的标准差。</translation>
    </message>
    <message>
      <source>Relief</source>
      <translation>起伏</translation>
    </message>
    <message>
      <source>Range from the 2nd to the 98th percentile of the distance to the plane.</source>
      <translation>到平面距离的第 2 至第 98 百分位数的范围。</translation>
    </message>
    <message>
      <source>Nose</source>
      <translation>鼻子</translation>
    </message>
    <message>
      <source>Height of the tip of the nose above the surface around it; bent paper has no nose.</source>
      <translation>鼻尖高出周围表面的高度；弯曲的纸没有鼻子。</translation>
    </message>
    <message>
      <source>Depth noise</source>
      <translation>深度噪声</translation>
    </message>
    <message>
      <source>Standard deviation of the fine structure of the depth; a face's relief must exceed it.</source>
      <translation>深度细微结构的标准差；人脸的起伏必须大于它。</translation>
    </message>
    <message>
      <source>Face relief</source>
      <translation>面部起伏</translation>
    </message>
    <message>
      <source>Relief of the surface as a share of an average face's relief; a plane has 0 %.</source>
      <translation>表面起伏占平均人脸起伏的比例；平面为 0 %。</translation>
    </message>
    <message>
      <source>Relief correlation</source>
      <translation>起伏相关性</translation>
    </message>
    <message>
      <source>Correlation of the face's relief with that of an average face.</source>
      <translation>人脸起伏与平均人脸起伏的相关性。</translation>
    </message>
    <message>
      <source>Plane residual, mouth</source>
      <translation>平面残差（口部）</translation>
    </message>
    <message>
      <source>Standard deviation of mouth and chin from their own plane; a print in front of them is flat.</source>
      <translation>口部和下巴相对于自身平面的标准差；挡在前面的打印件是平的。</translation>
    </message>
    <message>
      <source>Plane residual, eyes</source>
      <translation>平面残差（眼部）</translation>
    </message>
    <message>
      <source>Standard deviation of forehead and eyes from their own plane; a print in front of them is flat.</source>
      <translation>额头和眼睛相对于自身平面的标准差；挡在前面的打印件是平的。</translation>
    </message>
    <message>
      <source>Relief of the eyes</source>
      <translation>眼部起伏</translation>
    </message>
    <message>
      <source>Relief of forehead and eyes as a share of an average face's relief there.</source>
      <translation>额头和眼睛的起伏占平均人脸该处起伏的比例。</translation>
    </message>
    <message>
      <source>Turn in depth</source>
      <translation>深度中的转动</translation>
    </message>
    <message>
      <source>Rotation of the face's depth about the vertical axis; eyes and nose in colour must have the same.</source>
      <translation>人脸深度绕垂直轴的转动；彩色图像中的眼睛和鼻子必须有相同的转动。</translation>
    </message>
    <message>
      <source>Depth-colour offset</source>
      <translation>深度与彩色的偏移</translation>
    </message>
    <message>
      <source>Distance from eyes, nose and mouth in colour to the place where the depth fits an average face best.</source>
      <translation>彩色图像中的眼睛、鼻子和嘴到深度与平均人脸最吻合处的距离。</translation>
    </message>
    <message>
      <source>Better fit if moved</source>
      <translation>移动后吻合更好</translation>
    </message>
    <message>
      <source>Increase of the relief correlation if depth is moved by its offset; large if its face is elsewhere.</source>
      <translation>深度按其偏移移动后起伏相关性的增加；若深度中的人脸在别处则较大。</translation>
    </message>
    <message>
      <source>Eye distance</source>
      <translation>眼距</translation>
    </message>
    <message>
      <source>Distance between the eyes; 54 to 74 mm in adults.</source>
      <translation>两眼之间的距离；成年人为 54 至 74 mm。</translation>
    </message>
    <message>
      <source>IR level</source>
      <translation>红外亮度</translation>
    </message>
    <message>
      <source>Mean infrared brightness of the face; screens are black.</source>
      <translation>人脸的平均红外亮度；屏幕是黑的。</translation>
    </message>
    <message>
      <source>IR contrast</source>
      <translation>红外对比度</translation>
    </message>
    <message>
      <source>Standard deviation of the infrared brightness divided by its mean.</source>
      <translation>红外亮度的标准差除以其平均值。</translation>
    </message>
    <message>
      <source>IR-to-red ratio</source>
      <translation>红外与红色之比</translation>
    </message>
    <message>
      <source>Infrared brightness of the face divided by its red brightness; a bright screen is black in infrared.</source>
      <translation>人脸的红外亮度除以其红色亮度；明亮的屏幕在红外中是黑的。</translation>
    </message>
    <message>
      <source>Room-to-lamp ratio</source>
      <translation>环境光与灯光之比</translation>
    </message>
    <message>
      <source>Infrared light of the room on the face divided by that of the camera's lamp.</source>
      <translation>人脸上环境的红外光除以相机灯的红外光。</translation>
    </message>
    <message>
      <source>IR overexposed by the room</source>
      <translation>环境光使红外过曝</translation>
    </message>
    <message>
      <source>Share of the face on which the room and the lamp together saturate the infrared image.</source>
      <translation>环境光与灯光合起来使红外图像饱和的人脸部分所占比例。</translation>
    </message>
    <message>
      <source>IR-colour correlation</source>
      <translation>红外与彩色相关性</translation>
    </message>
    <message>
      <source>Correlation of infrared and colour brightness.</source>
      <translation>红外亮度与彩色亮度的相关性。</translation>
    </message>
    <message>
      <source>IR like colour</source>
      <translation>红外与彩色相似</translation>
    </message>
    <message>
      <source>Correlation of the details in infrared and colour; skin differs in infrared, a print does not.</source>
      <translation>红外与彩色细节的相关性；皮肤在红外中不同，打印件则相同。</translation>
    </message>
    <message>
      <source>IR like its mirror</source>
      <translation>红外与其镜像相似</translation>
    </message>
    <message>
      <source>Increase of the correlation of infrared and colour if colour is mirrored.</source>
      <translation>彩色镜像后红外与彩色相关性的增加。</translation>
    </message>
    <message>
      <source>Outline if smaller</source>
      <translation>缩小时的轮廓</translation>
    </message>
    <message>
      <source>Increase of the edge strength in colour and infrared under the outline of the depth if it is smaller.</source>
      <translation>深度轮廓缩小时，其下彩色与红外边缘强度的增加。</translation>
    </message>
    <message>
      <source>Outline if larger</source>
      <translation>放大时的轮廓</translation>
    </message>
    <message>
      <source>Increase of the edge strength in colour and infrared under the outline of the depth if it is larger.</source>
      <translation>深度轮廓放大时，其下彩色与红外边缘强度的增加。</translation>
    </message>
    <message>
      <source>Outline like mirrored colour</source>
      <translation>轮廓与镜像彩色相似</translation>
    </message>
    <message>
      <source>Increase of the edge strength in colour under the outline of the depth if it is mirrored.</source>
      <translation>深度轮廓镜像后，其下彩色边缘强度的增加。</translation>
    </message>
    <message>
      <source>Outline like mirrored IR</source>
      <translation>轮廓与镜像红外相似</translation>
    </message>
    <message>
      <source>Increase of the edge strength in infrared under the outline of the depth if it is mirrored.</source>
      <translation>深度轮廓镜像后，其下红外边缘强度的增加。</translation>
    </message>
    <message>
      <source>IR landmark offset</source>
      <translation>红外特征点偏移</translation>
    </message>
    <message>
      <source>Offset of eyes, nose and mouth between infrared and colour, divided by the distance between the eyes.</source>
      <translation>眼睛、鼻子和嘴在红外与彩色之间的偏移除以眼距。</translation>
    </message>
    <message>
      <source>Score shift</source>
      <translation>分数偏移</translation>
    </message>
    <message>
      <source>Log-odds that the evidence and the site calibration added to the network's score.</source>
      <translation>证据和现场校准加到网络分数上的对数几率。</translation>
    </message>
    <message>
      <source>Parallax ratio</source>
      <translation>视差比</translation>
    </message>
    <message>
      <source>Share of the face's change of shape over 5 s that a flat picture cannot cause.</source>
      <translation>5 秒内人脸形状变化中平面图片无法造成的部分所占比例。</translation>
    </message>
    <message>
      <source>Eyelids</source>
      <translation>眼睑</translation>
    </message>
    <message>
      <source>Range of the eyelids' movement over 10 s; a picture's eyelids do not move.</source>
      <translation>10 秒内眼睑运动的范围；图片的眼睑不动。</translation>
    </message>
    <message>
      <source>Border</source>
      <translation>边框</translation>
    </message>
    <message>
      <source>Share of a straight border around the face, like that of a print or a screen, that is seen over 3 s.</source>
      <translation>3 秒内看到的人脸周围直边（如打印件或屏幕的边）所占比例。</translation>
    </message>
    <message>
      <source>Pulse</source>
      <translation>脉搏</translation>
    </message>
    <message>
      <source>Strength of the strongest heart rate in the colour of the skin over 10 s, compared with the noise.</source>
      <translation>10 秒内肤色中最强心率相对于噪声的强度。</translation>
    </message>
    <message>
      <source>Heart rate</source>
      <translation>心率</translation>
    </message>
    <message>
      <source>The strongest heart rate; it means nothing if the pulse is weak.</source>
      <translation>最强的心率；脉搏弱时没有意义。</translation>
    </message>
    <message>
      <source>Source</source>
      <translation>来源</translation>
    </message>
    <message>
      <source>Open a video, recording or model</source>
      <translation>打开视频、录制或模型</translation>
    </message>
    <message>
      <source>Open a session or a folder of pictures</source>
      <translation>打开会话或图片文件夹</translation>
    </message>
    <message>
      <source>Show the library of recorded sessions</source>
      <translation>显示录制会话库</translation>
    </message>
    <message>
      <source>Open the demo session</source>
      <translation>打开演示会话</translation>
    </message>
    <message>
      <source>Open a RealSense camera</source>
      <translation>打开 RealSense 摄像头</translation>
    </message>
    <message>
      <source>Search for the camera now</source>
      <translation>立即查找摄像头</translation>
    </message>
    <message>
      <source>Close the source</source>
      <translation>关闭来源</translation>
    </message>
    <message>
      <source>Playing</source>
      <translation>播放</translation>
    </message>
    <message>
      <source>Play or pause a file, freeze a camera</source>
      <translation>播放或暂停文件，冻结摄像头</translation>
    </message>
    <message>
      <source>Previous frame</source>
      <translation>上一帧</translation>
    </message>
    <message>
      <source>Next frame</source>
      <translation>下一帧</translation>
    </message>
    <message>
      <source>Back 1 s</source>
      <translation>后退 1 秒</translation>
    </message>
    <message>
      <source>Forward 1 s</source>
      <translation>前进 1 秒</translation>
    </message>
    <message>
      <source>Go to the beginning</source>
      <translation>转到开头</translation>
    </message>
    <message>
      <source>Slower</source>
      <translation>减速</translation>
    </message>
    <message>
      <source>Faster</source>
      <translation>加速</translation>
    </message>
    <message>
      <source>Loop on or off</source>
      <translation>循环开或关</translation>
    </message>
    <message>
      <source>Show only colour, or all pictures</source>
      <translation>只显示彩色或显示全部</translation>
    </message>
    <message>
      <source>Show only depth, or all pictures</source>
      <translation>只显示深度或显示全部</translation>
    </message>
    <message>
      <source>Show only infrared, or all pictures</source>
      <translation>只显示红外或显示全部</translation>
    </message>
    <message>
      <source>Zoom in, or the wheel; drag to move</source>
      <translation>放大，或用滚轮；拖动移动</translation>
    </message>
    <message>
      <source>Zoom out</source>
      <translation>缩小</translation>
    </message>
    <message>
      <source>Show the whole picture</source>
      <translation>显示整个画面</translation>
    </message>
    <message>
      <source>Show the depth as a point cloud, and save it</source>
      <translation>将深度显示为点云并保存</translation>
    </message>
    <message>
      <source>Take a snapshot of the focused or enlarged picture</source>
      <translation>保存选中或放大的图像</translation>
    </message>
    <message>
      <source>Show the details of the next face</source>
      <translation>显示下一张人脸的详情</translation>
    </message>
    <message>
      <source>Show all pictures, or leave kiosk mode</source>
      <translation>显示全部图像或退出自助终端模式</translation>
    </message>
    <message>
      <source>Window</source>
      <translation>窗口</translation>
    </message>
    <message>
      <source>Kiosk mode: only the verdict, full screen</source>
      <translation>自助终端模式：仅全屏显示结果</translation>
    </message>
    <message>
      <source>Show reasons and evidence</source>
      <translation>显示原因和依据</translation>
    </message>
    <message>
      <source>Show timing and model</source>
      <translation>显示耗时和模型</translation>
    </message>
    <message>
      <source>Show the record panel</source>
      <translation>显示录制面板</translation>
    </message>
    <message>
      <source>Show the controls of the camera</source>
      <translation>显示摄像头控制项</translation>
    </message>
    <message>
      <source>Start or stop recording</source>
      <translation>开始或停止录制</translation>
    </message>
    <message>
      <source>Mark this moment of the recording</source>
      <translation>标记录制的这一刻</translation>
    </message>
    <message>
      <source>Save the last 10 s, if they are kept</source>
      <translation>保存最近 10 秒（如果已保留）</translation>
    </message>
    <message>
      <source>Record the next person of the list</source>
      <translation>录制名单中的下一人</translation>
    </message>
    <message>
      <source>Start or stop the event log</source>
      <translation>开始或停止事件日志</translation>
    </message>
    <message>
      <source>Error rates and thresholds of a folder of sessions</source>
      <translation>会话文件夹的错误率和阈值</translation>
    </message>
    <message>
      <source>Preferences</source>
      <translation>首选项</translation>
    </message>
    <message>
      <source>Show the keyboard shortcuts</source>
      <translation>显示键盘快捷键</translation>
    </message>
    <message>
      <source>Quit</source>
      <translation>退出</translation>
    </message>
    <message>
      <source>Kiosk</source>
      <translation>自助终端</translation>
    </message>
    <message>
      <source>Appearance</source>
      <translation>外观</translation>
    </message>
    <message>
      <source>System follows the desktop's light or dark setting.</source>
      <translation>“系统”跟随桌面的浅色或深色设置。</translation>
    </message>
    <message>
      <source>System</source>
      <translation>系统</translation>
    </message>
    <message>
      <source>Light</source>
      <translation>浅色</translation>
    </message>
    <message>
      <source>Dark</source>
      <translation>深色</translation>
    </message>
    <message>
      <source>Language</source>
      <translation>语言</translation>
    </message>
    <message>
      <source>System follows the desktop's language. Applies at the next start.</source>
      <translation>“系统”跟随桌面语言。下次启动时生效。</translation>
    </message>
    <message>
      <source>Text size</source>
      <translation>文字大小</translation>
    </message>
    <message>
      <source>Automatic enlarges the text on a high screen. Applies at the next start.</source>
      <translation>“自动”会在高分辨率屏幕上放大文字。下次启动时生效。</translation>
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
      <translation>深度颜色起点（米）</translation>
    </message>
    <message>
      <source>Distance of the brightest colour.</source>
      <translation>最亮颜色的距离。</translation>
    </message>
    <message>
      <source>Depth colours to (m)</source>
      <translation>深度颜色终点（米）</translation>
    </message>
    <message>
      <source>Distance of the darkest colour.</source>
      <translation>最暗颜色的距离。</translation>
    </message>
    <message>
      <source>Time line (s)</source>
      <translation>时间线（秒）</translation>
    </message>
    <message>
      <source>Duration that the time line shows.</source>
      <translation>时间线显示的时长。</translation>
    </message>
    <message>
      <source>Required streams</source>
      <translation>必需的数据流</translation>
    </message>
    <message>
      <source>Streams that LIVE requires. Kiosk mode always requires depth.</source>
      <translation>判为真人所需的数据流。自助终端模式始终要求深度。</translation>
    </message>
    <message>
      <source>Nothing</source>
      <translation>无</translation>
    </message>
    <message>
      <source>Depth and infrared</source>
      <translation>深度和红外</translation>
    </message>
    <message>
      <source>LIVE requires a single face</source>
      <translation>真人要求单张人脸</translation>
    </message>
    <message>
      <source>Nobody is LIVE while there are several faces.</source>
      <translation>有多张人脸时不判为真人。</translation>
    </message>
    <message>
      <source>LIVE requires eye contact</source>
      <translation>LIVE 要求目光接触</translation>
    </message>
    <message>
      <source>Nobody is LIVE unless the eyes look at the camera.</source>
      <translation>不看摄像头则不判为真人。</translation>
    </message>
    <message>
      <source>LIVE requires motion</source>
      <translation>真人要求移动</translation>
    </message>
    <message>
      <source>Nobody is LIVE unless the face moves, and depth and infrared with it.</source>
      <translation>面部未移动，或深度和红外未随之移动时，不判为真人。</translation>
    </message>
    <message>
      <source>Site file</source>
      <translation>站点文件</translation>
    </message>
    <message>
      <source>Score calibration of one camera and model, from `fasdemo calibrate`; empty: none.</source>
      <translation>针对一台摄像头和一个模型的分数校准,来自 `fasdemo calibrate`;留空表示不使用。</translation>
    </message>
    <message>
      <source>LIVE requires a challenge</source>
      <translation>LIVE 需要挑战</translation>
    </message>
    <message>
      <source>The person has to follow random prompts in front of a camera; random mixes all kinds.</source>
      <translation>此人须在摄像头前按随机提示操作；“随机”混合所有类型。</translation>
    </message>
    <message>
      <source>Off</source>
      <translation>关闭</translation>
    </message>
    <message>
      <source>Coloured light</source>
      <translation>彩色光</translation>
    </message>
    <message>
      <source>Turn</source>
      <translation>转头</translation>
    </message>
    <message>
      <source>Blink</source>
      <translation>闭眼</translation>
    </message>
    <message>
      <source>Random</source>
      <translation>随机</translation>
    </message>
    <message>
      <source>Snapshots</source>
      <translation>截图</translation>
    </message>
    <message>
      <source>Folder for snapshots of the pictures.</source>
      <translation>图像截图的文件夹。</translation>
    </message>
    <message>
      <source>Recordings</source>
      <translation>录制</translation>
    </message>
    <message>
      <source>Folder for labelled recordings.</source>
      <translation>带标注录制的文件夹。</translation>
    </message>
    <message>
      <source>Pictures of events</source>
      <translation>事件图片</translation>
    </message>
    <message>
      <source>Store a small picture at every LIVE, SPOOF and lock-out, and delete it after some days.</source>
      <translation>在每次 LIVE、SPOOF 和锁定时保存一张小图片，若干天后删除。</translation>
    </message>
    <message>
      <source>People are told</source>
      <translation>已告知人员</translation>
    </message>
    <message>
      <source>I tell the people in front of the camera that pictures of them are stored.</source>
      <translation>我会告知摄像头前的人员，他们的图片会被保存。</translation>
    </message>
    <message>
      <source>Folder for events</source>
      <translation>事件文件夹</translation>
    </message>
    <message>
      <source>Folder for the pictures of events, and for nothing else.</source>
      <translation>仅用于事件图片的文件夹。</translation>
    </message>
    <message>
      <source>Keep events (days)</source>
      <translation>事件保留天数</translation>
    </message>
    <message>
      <source>Age at which their pictures are deleted.</source>
      <translation>达到此天数后删除其图片。</translation>
    </message>
    <message>
      <source>Colour alone may be LIVE</source>
      <translation>仅彩色可判为真人</translation>
    </message>
    <message>
      <source>Unreliable: the colour model accepts 3 of 10 live and 0 of 9 attack pictures (AUC 0.73).</source>
      <translation>不可靠：彩色模型接受 10 张真人图片中的 3 张和 9 张攻击图片中的 0 张（AUC 0.73）。</translation>
    </message>
    <message>
      <source>Neutral words</source>
      <translation>中性用语</translation>
    </message>
    <message>
      <source>Show the public neither SPOOF nor reasons; the event log has them.</source>
      <translation>不向公众显示攻击或原因；事件日志中有记录。</translation>
    </message>
    <message>
      <source>Mirror picture</source>
      <translation>镜像画面</translation>
    </message>
    <message>
      <source>Show the camera's picture as in a mirror.</source>
      <translation>像镜子一样显示摄像头画面。</translation>
    </message>
    <message>
      <source>Sounds</source>
      <translation>声音</translation>
    </message>
    <message>
      <source>Play a sound on LIVE, and another one on SPOOF unless the words are neutral.</source>
      <translation>判为真人时播放声音；除非使用中性用语，判为攻击时播放另一种声音。</translation>
    </message>
    <message>
      <source>Exit PIN</source>
      <translation>退出 PIN</translation>
    </message>
    <message>
      <source>Needed to leave kiosk mode; stored as a salted hash.</source>
      <translation>退出自助终端模式时需要；以加盐哈希保存。</translation>
    </message>
    <message>
      <source>Lock after attempts</source>
      <translation>几次尝试后锁定</translation>
    </message>
    <message>
      <source>Refused attempts within five minutes that lock the camera; 0 never locks it.</source>
      <translation>五分钟内被拒多少次后锁定摄像头；0 表示从不锁定。</translation>
    </message>
    <message>
      <source>Lock for (s)</source>
      <translation>锁定时长（秒）</translation>
    </message>
    <message>
      <source>Length of that lock-out.</source>
      <translation>锁定的时长。</translation>
    </message>
    <message>
      <source>Output on LIVE</source>
      <translation>真人输出</translation>
    </message>
    <message>
      <source>Gets a signal for every accepted person: http(s)://HOST/PATH, mqtt(s)://HOST/TOPIC, serial:DEVICE or gpio:CHIP?line=N, see docs/door.md.</source>
      <translation>每通过一人时收到信号：http(s)://HOST/PATH、mqtt(s)://HOST/TOPIC、serial:DEVICE 或 gpio:CHIP?line=N，见 docs/door.md。</translation>
    </message>
    <message>
      <source>Pause after LIVE (s)</source>
      <translation>真人后的间隔（秒）</translation>
    </message>
    <message>
      <source>Shortest time between two outputs.</source>
      <translation>两次信号之间的最短时间。</translation>
    </message>
    <message>
      <source>Heartbeat</source>
      <translation>心跳</translation>
    </message>
    <message>
      <source>Gets a signal every 10 s while the camera works: a file, http(s)://HOST/PATH or mqtt(s)://HOST/TOPIC.</source>
      <translation>摄像头工作时每 10 秒收到信号：文件、http(s)://HOST/PATH 或 mqtt(s)://HOST/TOPIC。</translation>
    </message>
    <message>
      <source>Turn your head a little to your left, then back.</source>
      <translation>请将头稍微向您的左侧转，然后转回来。</translation>
    </message>
    <message>
      <source>Turn your head a little to your right, then back.</source>
      <translation>请将头稍微向您的右侧转，然后转回来。</translation>
    </message>
    <message>
      <source>Close your eyes for one second, then open them.</source>
      <translation>请闭眼一秒钟，然后睁开。</translation>
    </message>
    <message>
      <source>Look at the screen and keep still while its colour changes.</source>
      <translation>请看屏幕并保持不动，屏幕颜色会变化。</translation>
    </message>
    <message>
      <source>Look straight at the camera.</source>
      <translation>请正视摄像头。</translation>
    </message>
    <message>
      <source>A second face appeared; please stand in front of the camera alone.</source>
      <translation>出现了第二张人脸；请一个人站在摄像头前。</translation>
    </message>
    <message>
      <source>The colours were covered; keep this window in front of all others.</source>
      <translation>颜色被遮挡；请让本窗口保持在最前面。</translation>
    </message>
    <message>
      <source>The window was moved or resized while it showed colours; leave it in its place.</source>
      <translation>显示颜色时窗口被移动或改变了大小；请保持其位置不变。</translation>
    </message>
    <message>
      <source>The colours did not appear on the screen in time; close other programs.</source>
      <translation>颜色未及时显示在屏幕上；请关闭其他程序。</translation>
    </message>
    <message>
      <source>Your face is too dark or too bright to measure its light.</source>
      <translation>您的面部太暗或太亮，无法测量其光线。</translation>
    </message>
    <message>
      <source>The screen is too dim for this room; come closer, or darken the room.</source>
      <translation>屏幕亮度不足以照亮面部；请靠近一些，或调暗房间。</translation>
    </message>
    <message>
      <source>The camera changes its exposure by itself; fix its exposure and white balance, or show more background.</source>
      <translation>摄像头自动改变曝光；请固定曝光和白平衡，或让画面中有更多背景。</translation>
    </message>
    <message>
      <source>The room is too dark; switch on a light.</source>
      <translation>房间太暗；请开灯。</translation>
    </message>
    <message>
      <source>Come closer to the screen, away from the wall behind you.</source>
      <translation>请靠近屏幕，远离身后的墙。</translation>
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
      <source>The face moves differently in depth and in colour: one of them is late or shows another scene.</source>
      <translation>面部在深度图像和彩色图像中的运动不一致：其中之一有延迟或显示的是另一场景。</translation>
    </message>
    <message>
      <source>The face moves differently in infrared and in colour: one of them is late or shows another scene.</source>
      <translation>面部在红外图像和彩色图像中的运动不一致：其中之一有延迟或显示的是另一场景。</translation>
    </message>
    <message>
      <source>The depth image has almost no depth values.</source>
      <translation>深度图像几乎没有深度值。</translation>
    </message>
    <message>
      <source>Please come closer, and turn away from sunlight.</source>
      <translation>请靠近一些，并背向阳光。</translation>
    </message>
    <message>
      <source>The pulses of the infrared lamp are not visible: it does not light up, nobody is close enough, or sunlight is stronger.</source>
      <translation>看不到红外灯的脉冲：灯未亮、没有人足够近，或阳光更强。</translation>
    </message>
    <message>
      <source>The camera is being set up: please look at it and move closer and back, and from side to side.</source>
      <translation>正在设置摄像头：请看着它，前后左右移动。</translation>
    </message>
    <message>
      <source>The position of the infrared camera relative to the colour camera is not known yet.</source>
      <translation>红外摄像头相对于彩色摄像头的位置尚未确定。</translation>
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
      <source>The camera's depth filters are not those of the model's training data.</source>
      <translation>摄像头的深度滤波器与模型训练数据所用的不同。</translation>
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
      <source>The relief of the face is shallower than that of almost all people.</source>
      <translation>面部起伏比几乎所有人的都浅。</translation>
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
      <source>Please turn away from the sun or the bright light.</source>
      <translation>请背向阳光或强光。</translation>
    </message>
    <message>
      <source>The infrared light of the room, like sunlight, overexposes the face, so the lamp's light is unknown.</source>
      <translation>环境中的红外光（如阳光）使面部过曝，因此无法得知灯光。</translation>
    </message>
    <message>
      <source>The light of the camera's infrared lamp on the face is too weak.</source>
      <translation>摄像头红外灯照在面部的光太弱。</translation>
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
      <source>Please move your head a little.</source>
      <translation>请稍微移动头部。</translation>
    </message>
    <message>
      <source>The policy requires that the face moves, and depth and infrared with it.</source>
      <translation>策略要求面部移动，且深度和红外随之移动。</translation>
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
      <source>That did not match. Please look at the camera; new prompts follow.</source>
      <translation>动作不符。请看摄像头，将给出新的提示。</translation>
    </message>
    <message>
      <source>The prompts of the challenge were not followed; the event log says which one and why.</source>
      <translation>未按挑战的提示完成动作；事件日志记录了是哪一项以及原因。</translation>
    </message>
    <message>
      <source>Please look at the camera; prompts follow.</source>
      <translation>请看摄像头，随后会有提示。</translation>
    </message>
    <message>
      <source>LIVE requires that this face follows the prompts of a challenge first.</source>
      <translation>判定为真人之前，此人脸须先完成挑战的提示。</translation>
    </message>
    <message>
      <source>A file cannot follow prompts; use a camera.</source>
      <translation>文件无法按提示动作；请使用摄像头。</translation>
    </message>
    <message>
      <source>LIVE requires a challenge, and a file cannot follow prompts.</source>
      <translation>判定为真人需要完成挑战，而文件无法按提示动作。</translation>
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
      <source>Only colour was used, and the colour model accepts 3 of 10 live and 0 of 9 attack pictures (AUC 0.73).</source>
      <translation>仅使用彩色，而彩色模型接受 10 张真人图片中的 3 张和 9 张攻击图片中的 0 张（AUC 0.73）。</translation>
    </message>
    <message>
      <source>The face moves like a flat picture: no part of it is closer than the rest.</source>
      <translation>人脸像平面图片一样移动，没有任何部分更近。</translation>
    </message>
    <message>
      <source>Please blink.</source>
      <translation>请眨眼。</translation>
    </message>
    <message>
      <source>The eyelids have not moved for 10 s, as in a picture.</source>
      <translation>眼睑已有 10 秒没有动，如同照片。</translation>
    </message>
    <message>
      <source>Please stand in front of the camera without a frame or a sheet around your face.</source>
      <translation>请站在摄像头前，脸部周围不要有边框或纸张。</translation>
    </message>
    <message>
      <source>Straight edges surround the face closely, like the border of a print or a screen.</source>
      <translation>直线边缘紧紧围住人脸，如同打印件或屏幕的边框。</translation>
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
      <source>Please keep looking at the camera.</source>
      <translation>请继续看着摄像头。</translation>
    </message>
    <message>
      <source>There is not enough evidence yet, or the streams of a live camera have not been compared for long enough yet.</source>
      <translation>证据还不够，或实时摄像头的各路数据流尚未比较足够长的时间。</translation>
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
      <source>Only the network rated the whole picture, without face detection, physical evidence or time.</source>
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
      <source>A recording is running; stop it (R) to change the camera.</source>
      <translation>正在录制；请先停止（R），再更改摄像头。</translation>
    </message>
    <message>
      <source>These were the settings of the camera when the recording started.</source>
      <translation>这些是录制开始时摄像头的设置。</translation>
    </message>
    <message>
      <source>Depth is filtered, and this is not LIVE unless the model was trained on it.</source>
      <translation>深度经过滤波；除非模型用这种深度训练过，否则不会判为 LIVE。</translation>
    </message>
    <message>
      <source>Problem of the camera's controls</source>
      <translation>摄像头控制项的问题</translation>
    </message>
    <message>
      <source>Reset all</source>
      <translation>全部恢复</translation>
    </message>
    <message>
      <source>Open the camera again with its own settings</source>
      <translation>用摄像头自身的设置重新打开</translation>
    </message>
    <message>
      <source>Load a preset…</source>
      <translation>加载预设…</translation>
    </message>
    <message>
      <source>Values of the advanced mode, as RealSense Viewer saves them</source>
      <translation>高级模式的值，由 RealSense Viewer 保存</translation>
    </message>
    <message>
      <source>Metadata of the frames</source>
      <translation>帧的元数据</translation>
    </message>
    <message>
      <source>This camera offers no controls.</source>
      <translation>此摄像头没有控制项。</translation>
    </message>
    <message>
      <source>Open a camera to see its controls.</source>
      <translation>打开摄像头以查看其控制项。</translation>
    </message>
    <message>
      <source>Depth filters: {filters}</source>
      <translation>深度滤波器：{filters}</translation>
    </message>
    <message>
      <source>on</source>
      <translation>开</translation>
    </message>
    <message>
      <source>off</source>
      <translation>关</translation>
    </message>
    <message>
      <source>{file} is an archive; unpack it and open the video or session in it.</source>
      <translation>{file} 是压缩包；请解压后打开其中的视频或会话。</translation>
    </message>
    <message>
      <source>{file} is a single picture; open a video or a folder of pictures.</source>
      <translation>{file} 是单张图片；请打开视频或图片文件夹。</translation>
    </message>
    <message>
      <source>{file} contains the weights of a network; export them as an ONNX model and open that.</source>
      <translation>{file} 包含网络权重；请导出为 ONNX 模型后再打开。</translation>
    </message>
    <message>
      <source>{file} is a table; a list of people is opened in the Record tab.</source>
      <translation>{file} 是表格；人员列表请在“录制”选项卡中打开。</translation>
    </message>
    <message>
      <source>{file} is a site file; choose it in the preferences.</source>
      <translation>{file} 是站点文件；请在首选项中选择它。</translation>
    </message>
    <message>
      <source>{file} describes a model; open the .onnx file beside it.</source>
      <translation>{file} 是模型说明；请打开旁边的 .onnx 文件。</translation>
    </message>
    <message>
      <source>{file} is not a video, a recording, a session or a model.</source>
      <translation>{file} 不是视频、录制、会话或模型。</translation>
    </message>
    <message>
      <source>{file} was not opened: open one source at a time, with at most one colour, one depth and one infrared video.</source>
      <translation>未打开 {file}：每次打开一个来源，最多各一个彩色、深度和红外视频。</translation>
    </message>
    <message>
      <source>A depth or infrared video needs a colour video; open both together.</source>
      <translation>深度或红外视频需要彩色视频，请一起打开。</translation>
    </message>
    <message>
      <source>Event log complete: {path} ({lines} lines)</source>
      <translation>事件日志已完成：{path}（{lines} 行）</translation>
    </message>
    <message>
      <source>The source cannot be opened.</source>
      <translation>无法打开来源。</translation>
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
      <source>Too many wrong PINs. Try again in {seconds} s.</source>
      <translation>PIN 错误次数过多，请在 {seconds} 秒后重试。</translation>
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
      <source>Point cloud</source>
      <translation>点云</translation>
    </message>
    <message>
      <source>{count} points; drag to turn, wheel to zoom. Metres, from the depth camera.</source>
      <translation>{count} 个点；拖动旋转，滚轮缩放。单位为米，以深度摄像头为原点。</translation>
    </message>
    <message>
      <source>Save as PLY</source>
      <translation>保存为 PLY</translation>
    </message>
    <message>
      <source>Saved: {path}</source>
      <translation>已保存：{path}</translation>
    </message>
    <message>
      <source>OpenGL is missing here, so the points cannot be drawn; they can be saved as PLY.</source>
      <translation>此处缺少 OpenGL，无法绘制这些点；可以保存为 PLY。</translation>
    </message>
    <message>
      <source>The points cannot be saved in {folder} ({why}); choose another folder in the preferences.</source>
      <translation>无法将点保存到 {folder}（{why}）；请在首选项中选择其他文件夹。</translation>
    </message>
    <message>
      <source>Choose…</source>
      <translation>选择……</translation>
    </message>
    <message>
      <source>Remove</source>
      <translation>移除</translation>
    </message>
    <message>
      <source>The distance of “Depth colours to” must be larger than that of “Depth colours from”.</source>
      <translation>“深度颜色终点”必须大于“深度颜色起点”。</translation>
    </message>
    <message>
      <source>unchanged</source>
      <translation>未更改</translation>
    </message>
    <message>
      <source>none</source>
      <translation>无</translation>
    </message>
    <message>
      <source>“Pictures of events” needs “People are told”: tick it, or switch the pictures off.</source>
      <translation>“事件图片”需要勾选“已告知人员”：请勾选，或关闭图片。</translation>
    </message>
    <message>
      <source>Keyboard shortcuts</source>
      <translation>键盘快捷键</translation>
    </message>
    <message>
      <source>or</source>
      <translation>或</translation>
    </message>
    <message>
      <source>List of people (*.csv)</source>
      <translation>人员名单 (*.csv)</translation>
    </message>
    <message>
      <source>Open a video or recording</source>
      <translation>打开视频或录制</translation>
    </message>
    <message>
      <source>Choose a model</source>
      <translation>选择模型</translation>
    </message>
    <message>
      <source>Models (*.onnx)</source>
      <translation>模型 (*.onnx)</translation>
    </message>
    <message>
      <source>Choose a preset</source>
      <translation>选择预设</translation>
    </message>
    <message>
      <source>Camera presets (*.json)</source>
      <translation>相机预设 (*.json)</translation>
    </message>
    <message>
      <source>Write the event log to</source>
      <translation>将事件日志写入</translation>
    </message>
    <message>
      <source>Open a list of people to record</source>
      <translation>打开待录制人员名单</translation>
    </message>
    <message>
      <source>About fasdemo</source>
      <translation>关于 fasdemo</translation>
    </message>
    <message>
      <source>Videos and recordings</source>
      <translation>视频和录制</translation>
    </message>
    <message>
      <source>All files (*)</source>
      <translation>所有文件 (*)</translation>
    </message>
    <message>
      <source>Event log, JSON lines (*.jsonl)</source>
      <translation>事件日志，JSON 行 (*.jsonl)</translation>
    </message>
    <message>
      <source>Event log, spreadsheet (*.csv)</source>
      <translation>事件日志，表格 (*.csv)</translation>
    </message>
    <message>
      <source>A verdict is a measurement with errors; the model card gives the error rates. A verdict on a file is not a live-camera decision.</source>
      <translation>结果是有误差的测量，错误率见模型卡。对文件的结果并非实时摄像头的判定。</translation>
    </message>
    <message>
      <source>Tells a live face from a presentation attack, in real time, from colour, depth and infrared.</source>
      <translation>利用彩色、深度和红外，实时区分真人脸与呈现攻击。</translation>
    </message>
    <message>
      <source>{fps:.0f} pictures/s, {count} dropped</source>
      <translation>{fps:.0f} 帧/秒，丢弃 {count}</translation>
    </message>
    <message>
      <source>Enter enlarges the picture.</source>
      <translation>按 Enter 放大图像。</translation>
    </message>
    <message>
      <source>Picture: {name}</source>
      <translation>图像：{name}</translation>
    </message>
    <message>
      <source>All cameras (Esc)</source>
      <translation>所有摄像头 (Esc)</translation>
    </message>
    <message>
      <source>{count} cameras</source>
      <translation>{count} 个摄像头</translation>
    </message>
    <message>
      <source>Event log: {path}, {count} lines</source>
      <translation>事件日志：{path}，{count} 行</translation>
    </message>
    <message>
      <source>Pictures of events: {count}</source>
      <translation>事件图片：{count}</translation>
    </message>
    <message>
      <source>Locked out</source>
      <translation>已锁定</translation>
    </message>
    <message>
      <source>Events with pictures</source>
      <translation>带图片的事件</translation>
    </message>
    <message>
      <source>Show</source>
      <translation>显示</translation>
    </message>
    <message>
      <source>Cameras</source>
      <translation>相机</translation>
    </message>
    <message>
      <source>All cameras</source>
      <translation>所有相机</translation>
    </message>
    <message>
      <source>Events</source>
      <translation>事件</translation>
    </message>
    <message>
      <source>All events</source>
      <translation>所有事件</translation>
    </message>
    <message>
      <source>Picture of the event</source>
      <translation>事件的图片</translation>
    </message>
    <message>
      <source>Pictures of events are off; switch them on in the preferences.</source>
      <translation>事件图片已关闭；请在首选项中开启。</translation>
    </message>
    <message>
      <source>{count} events in {folder}, deleted after {days} days.</source>
      <translation>{folder} 中有 {count} 个事件，{days} 天后删除。</translation>
    </message>
    <message>
      <source>There are no events in {folder}.</source>
      <translation>{folder} 中没有事件。</translation>
    </message>
    <message>
      <source>The picture cannot be read.</source>
      <translation>无法读取图片。</translation>
    </message>
    <message>
      <source>{shown} of {count} sessions, {subjects} subjects</source>
      <translation>{count} 个会话中的 {shown} 个，{subjects} 名受试者</translation>
    </message>
    <message>
      <source>no label</source>
      <translation>无标签</translation>
    </message>
    <message>
      <source>{right} of {count} agree</source>
      <translation>{count} 个中有 {right} 个一致</translation>
    </message>
    <message>
      <source>agrees</source>
      <translation>一致</translation>
    </message>
    <message>
      <source>Search: subject, attack type, date, light or camera</source>
      <translation>搜索：受试者、攻击类型、日期、光线或摄像头</translation>
    </message>
    <message>
      <source>Search the library</source>
      <translation>搜索会话库</translation>
    </message>
    <message>
      <source>Sessions to show</source>
      <translation>要显示的会话</translation>
    </message>
    <message>
      <source>Score selected</source>
      <translation>为所选会话评分</translation>
    </message>
    <message>
      <source>Compute the verdicts on the selected sessions with the present model, in the background</source>
      <translation>使用当前模型在后台计算所选会话的判定</translation>
    </message>
    <message>
      <source>Progress</source>
      <translation>进度</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>取消</translation>
    </message>
    <message>
      <source>Close the library</source>
      <translation>关闭会话库</translation>
    </message>
    <message>
      <source>Recorded sessions</source>
      <translation>已录制的会话</translation>
    </message>
    <message>
      <source>Looking for sessions in {folder} …</source>
      <translation>正在 {folder} 中查找会话……</translation>
    </message>
    <message>
      <source>not scored</source>
      <translation>未评分</translation>
    </message>
    <message>
      <source>{done} of {total} sessions{left}</source>
      <translation>{done}/{total} 个会话{left}</translation>
    </message>
    <message>
      <source>{minutes}:{seconds:02d} left</source>
      <translation>剩余 {minutes}:{seconds:02d}</translation>
    </message>
    <message>
      <source>{count} cannot be read</source>
      <translation>{count} 个无法读取</translation>
    </message>
    <message>
      <source>Cancelled; the sessions that are finished will not be scored again.</source>
      <translation>已取消;已完成的会话不会再次评分。</translation>
    </message>
    <message>
      <source>{count} other sessions could not be scored either.</source>
      <translation>另有 {count} 个会话也无法评分。</translation>
    </message>
    <message>
      <source>Enter enlarges the picture, S takes a snapshot, arrow keys move the point whose distance is shown.</source>
      <translation>Enter 放大图像，S 截图，方向键移动显示距离的点。</translation>
    </message>
    <message>
      <source>no depth</source>
      <translation>无深度</translation>
    </message>
    <message>
      <source>Enter enlarges the picture, S takes a snapshot.</source>
      <translation>Enter 放大图像，S 截图。</translation>
    </message>
    <message>
      <source>Take a snapshot: {name} (S)</source>
      <translation>截图：{name}（S）</translation>
    </message>
    <message>
      <source>Enlarge: {name} (double click)</source>
      <translation>放大：{name}（双击）</translation>
    </message>
    <message>
      <source>Freeze the pictures (Space)</source>
      <translation>冻结画面（空格）</translation>
    </message>
    <message>
      <source>Resume the pictures (Space)</source>
      <translation>恢复画面（空格）</translation>
    </message>
    <message>
      <source>Show all pictures (Esc)</source>
      <translation>显示全部图像（Esc）</translation>
    </message>
    <message>
      <source>frozen</source>
      <translation>已冻结</translation>
    </message>
    <message>
      <source>LIVE above {live:.2f}, SPOOF below {spoof:.2f}</source>
      <translation>高于 {live:.2f} 为真人，低于 {spoof:.2f} 为攻击</translation>
    </message>
    <message>
      <source>Reasons</source>
      <translation>原因</translation>
    </message>
    <message>
      <source>Scores</source>
      <translation>分数</translation>
    </message>
    <message>
      <source>Physical evidence</source>
      <translation>物理依据</translation>
    </message>
    <message>
      <source>Explained face</source>
      <translation>所说明的人脸</translation>
    </message>
    <message>
      <source>In this frame: {reasons}</source>
      <translation>此帧：{reasons}</translation>
    </message>
    <message>
      <source>Over time</source>
      <translation>随时间</translation>
    </message>
    <message>
      <source>This frame</source>
      <translation>此帧</translation>
    </message>
    <message>
      <source>Network input</source>
      <translation>网络输入</translation>
    </message>
    <message>
      <source>Live score</source>
      <translation>真人分数</translation>
    </message>
    <message>
      <source>Face {track}, one of {count}; click another one or press F.</source>
      <translation>人脸 {track}，共 {count} 张；点击其他人脸或按 F。</translation>
    </message>
    <message>
      <source>not measured</source>
      <translation>未测量</translation>
    </message>
    <message>
      <source>face {track}</source>
      <translation>人脸 {track}</translation>
    </message>
    <message>
      <source>Score over time</source>
      <translation>分数随时间变化</translation>
    </message>
    <message>
      <source>LIVE above {value:.2f}</source>
      <translation>真人 &gt; {value:.2f}</translation>
    </message>
    <message>
      <source>SPOOF below {value:.2f}</source>
      <translation>攻击 &lt; {value:.2f}</translation>
    </message>
    <message>
      <source>verdict</source>
      <translation>结果</translation>
    </message>
    <message>
      <source>truth</source>
      <translation>真值</translation>
    </message>
    <message>
      <source>live</source>
      <translation>真人</translation>
    </message>
    <message>
      <source>attack</source>
      <translation>攻击</translation>
    </message>
    <message>
      <source>marker {number}</source>
      <translation>标记 {number}</translation>
    </message>
    <message>
      <source>Latency by stage</source>
      <translation>各阶段延迟</translation>
    </message>
    <message>
      <source>captured {captured:.1f}, processed {processed:.1f}, drawn {drawn:.1f} frames per second</source>
      <translation>每秒采集 {captured:.1f}、处理 {processed:.1f}、绘制 {drawn:.1f} 帧</translation>
    </message>
    <message>
      <source>{lost} lost by the camera, {skipped} skipped by the engine</source>
      <translation>摄像头丢失 {lost}，引擎跳过 {skipped}</translation>
    </message>
    <message>
      <source>{network}, trained on {data}.</source>
      <translation>{network}，训练数据：{data}。</translation>
    </message>
    <message>
      <source>Latency: median / 95th percentile</source>
      <translation>延迟：中位数 / 第 95 百分位</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>模型</translation>
    </message>
    <message>
      <source>Skipped</source>
      <translation>已跳过</translation>
    </message>
    <message>
      <source>Streams</source>
      <translation>数据流</translation>
    </message>
    <message>
      <source>Policy</source>
      <translation>策略</translation>
    </message>
    <message>
      <source>Runs on</source>
      <translation>运行于</translation>
    </message>
    <message>
      <source>projector on</source>
      <translation>投射器开</translation>
    </message>
    <message>
      <source>projector off</source>
      <translation>投射器关</translation>
    </message>
    <message>
      <source>{takes} takes of {subjects} subjects; {missing} combinations are missing (–).</source>
      <translation>{subjects} 人的 {takes} 次录制；缺少 {missing} 种组合（–）。</translation>
    </message>
    <message>
      <source>Coverage</source>
      <translation>覆盖情况</translation>
    </message>
    <message>
      <source>{count} sessions cannot be read.</source>
      <translation>{count} 个会话无法读取。</translation>
    </message>
    <message>
      <source>Keep the last {seconds:.0f} s in memory</source>
      <translation>在内存中保留最近 {seconds:.0f} 秒</translation>
    </message>
    <message>
      <source>At most {megabytes:.0f} MB; deleted when the camera is closed</source>
      <translation>最多 {megabytes:.0f} MB；关闭摄像头时清除</translation>
    </message>
    <message>
      <source>Save the last {seconds:.0f} s</source>
      <translation>保存最近 {seconds:.0f} 秒</translation>
    </message>
    <message>
      <source>Coverage…</source>
      <translation>覆盖情况…</translation>
    </message>
    <message>
      <source>Export crops…</source>
      <translation>导出裁剪图…</translation>
    </message>
    <message>
      <source>{seconds:.1f} s in {megabytes:.0f} MB</source>
      <translation>{seconds:.1f} 秒，{megabytes:.0f} MB</translation>
    </message>
    <message>
      <source>{folder}: {count} crops.</source>
      <translation>{folder}：{count} 张裁剪图。</translation>
    </message>
    <message>
      <source>New folder for the crops</source>
      <translation>裁剪图的新文件夹</translation>
    </message>
    <message>
      <source>Exporting crops into {folder} …</source>
      <translation>正在将裁剪图导出到 {folder} …</translation>
    </message>
    <message>
      <source>{folder}: has no sessions yet; record some first.</source>
      <translation>{folder}：还没有会话；请先录制。</translation>
    </message>
    <message>
      <source>Left out: {what}.</source>
      <translation>已略过：{what}。</translation>
    </message>
    <message>
      <source>That did not work ({why}).</source>
      <translation>操作失败（{why}）。</translation>
    </message>
    <message>
      <source>Shown now</source>
      <translation>当前展示</translation>
    </message>
    <message>
      <source>Choose what is shown from now on; each frame is labelled with what is shown in it</source>
      <translation>选择从现在起展示的内容；每一帧都标注其中展示的内容</translation>
    </message>
    <message>
      <source>S&amp;hown now</source>
      <translation>当前展示(&amp;H)</translation>
    </message>
    <message>
      <source>{subject}: {done} of {count} takes</source>
      <translation>{subject}：{count} 段中的 {done} 段</translation>
    </message>
    <message>
      <source>People</source>
      <translation>人员</translation>
    </message>
    <message>
      <source>Open a list…</source>
      <translation>打开名单……</translation>
    </message>
    <message>
      <source>Live person</source>
      <translation>真人</translation>
    </message>
    <message>
      <source>Attack</source>
      <translation>攻击</translation>
    </message>
    <message>
      <source>e.g. A4 laser print</source>
      <translation>例如 A4 激光打印</translation>
    </message>
    <message>
      <source>pseudonym, e.g. S01</source>
      <translation>化名，例如 S01</translation>
    </message>
    <message>
      <source>The person has agreed</source>
      <translation>本人已同意</translation>
    </message>
    <message>
      <source>no limit</source>
      <translation>不限</translation>
    </message>
    <message>
      <source>Start recording</source>
      <translation>开始录制</translation>
    </message>
    <message>
      <source>Count-down</source>
      <translation>倒计时</translation>
    </message>
    <message>
      <source>Starting…</source>
      <translation>正在开始……</translation>
    </message>
    <message>
      <source>Finishing…</source>
      <translation>正在完成……</translation>
    </message>
    <message>
      <source>Stop recording</source>
      <translation>停止录制</translation>
    </message>
    <message>
      <source>Open a camera to record a session.</source>
      <translation>请打开摄像头以录制会话。</translation>
    </message>
    <message>
      <source>This source is a file; open a camera to record.</source>
      <translation>此来源是文件；请打开摄像头进行录制。</translation>
    </message>
    <message>
      <source>Enter a pseudonym of letters, digits, '.', '_' and '-', never a real name.</source>
      <translation>请输入由字母、数字、'.'、'_' 和 '-' 组成的化名，切勿使用真名。</translation>
    </message>
    <message>
      <source>Enter the attack type, e.g. print-flat.</source>
      <translation>请输入攻击类型，例如 print-flat。</translation>
    </message>
    <message>
      <source>Tick consent to record.</source>
      <translation>请勾选同意后再录制。</translation>
    </message>
    <message>
      <source>{days} days</source>
      <translation>{days} 天</translation>
    </message>
    <message>
      <source>What is shown</source>
      <translation>显示内容</translation>
    </message>
    <message>
      <source>Attack type</source>
      <translation>攻击类型</translation>
    </message>
    <message>
      <source>Attack material</source>
      <translation>攻击材料</translation>
    </message>
    <message>
      <source>Distance, light</source>
      <translation>距离、光线</translation>
    </message>
    <message>
      <source>Consent</source>
      <translation>同意</translation>
    </message>
    <message>
      <source>Statement</source>
      <translation>声明</translation>
    </message>
    <message>
      <source>Keep until</source>
      <translation>保留至</translation>
    </message>
    <message>
      <source>Labelled session</source>
      <translation>带标注的会话</translation>
    </message>
    <message>
      <source>Cancel: starts in {seconds} s</source>
      <translation>取消：{seconds} 秒后开始</translation>
    </message>
    <message>
      <source>Time</source>
      <translation>时间</translation>
    </message>
    <message>
      <source>Written</source>
      <translation>已写入</translation>
    </message>
    <message>
      <source>Lost</source>
      <translation>丢失</translation>
    </message>
    <message>
      <source>Disk left</source>
      <translation>剩余磁盘</translation>
    </message>
    <message>
      <source>Signed form: {form}.</source>
      <translation>已签署表格：{form}。</translation>
    </message>
    <message>
      <source>Marker {count} set.</source>
      <translation>已设置标记 {count}。</translation>
    </message>
    <message>
      <source>Nothing is recorded, so there is no marker.</source>
      <translation>当前没有录制，因此未设置标记。</translation>
    </message>
    <message>
      <source>REC in {seconds} s</source>
      <translation>{seconds} 秒后录制</translation>
    </message>
    <message>
      <source>Shown from now on: {kind}.</source>
      <translation>从现在起展示：{kind}。</translation>
    </message>
    <message>
      <source>Deleted: {path}</source>
      <translation>已删除：{path}</translation>
    </message>
    <message>
      <source>Discard the take</source>
      <translation>丢弃片段</translation>
    </message>
    <message>
      <source>Delete this take? It cannot be restored.</source>
      <translation>删除此片段？删除后无法恢复。</translation>
    </message>
    <message>
      <source>Relabel the take</source>
      <translation>更改片段标签</translation>
    </message>
    <message>
      <source>Note about the take</source>
      <translation>片段备注</translation>
    </message>
    <message>
      <source>{seconds:.0f} s</source>
      <translation>{seconds:.0f} 秒</translation>
    </message>
    <message>
      <source>Takes</source>
      <translation>录制片段</translation>
    </message>
    <message>
      <source>Nothing has been recorded yet.</source>
      <translation>尚无录制。</translation>
    </message>
    <message>
      <source>&amp;Play</source>
      <translation>播放(&amp;P)</translation>
    </message>
    <message>
      <source>&amp;Note…</source>
      <translation>备注(&amp;N)……</translation>
    </message>
    <message>
      <source>Rela&amp;bel…</source>
      <translation>改标签(&amp;B)……</translation>
    </message>
    <message>
      <source>&amp;Discard…</source>
      <translation>丢弃(&amp;D)……</translation>
    </message>
    <message>
      <source>This failed because of an error in fasdemo; see the terminal or the log.</source>
      <translation>因 fasdemo 内部错误而失败;请查看终端或日志。</translation>
    </message>
    <message>
      <source>Open the camera first; recordings are calibrated with `fasdemo calibrate`.</source>
      <translation>请先打开摄像头;录像请用 `fasdemo calibrate` 校准。</translation>
    </message>
    <message>
      <source>{frames} frames with one face</source>
      <translation>{frames} 帧含一张人脸</translation>
    </message>
    <message>
      <source>Model or policy were changed between the measurements; measure again.</source>
      <translation>两次测量之间更改了模型或策略;请重新测量。</translation>
    </message>
    <message>
      <source>The attacks are measured; live people are still needed.</source>
      <translation>攻击已测量;仍需测量真人。</translation>
    </message>
    <message>
      <source>The camera gave no frames with a verdict; check it and measure again.</source>
      <translation>摄像头没有给出带判定的帧;请检查后重新测量。</translation>
    </message>
    <message>
      <source>Calibrate the scores to this camera</source>
      <translation>针对此摄像头校准分数</translation>
    </message>
    <message>
      <source>For one minute, people look at the camera from 0.4 to 1 m, one at a time. Then, if you like, show prints of them. Only measurements are kept, no pictures. The bias stays within the model's limits.</source>
      <translation>在一分钟内,人们逐个从 0.4 至 1 米处看向摄像头。之后可选择展示他们的打印照片。只保留测量值,不保存图像。偏移保持在模型的限制之内。</translation>
    </message>
    <message>
      <source>State of the calibration</source>
      <translation>校准状态</translation>
    </message>
    <message>
      <source>Measure live people</source>
      <translation>测量真人</translation>
    </message>
    <message>
      <source>Measure attacks</source>
      <translation>测量攻击</translation>
    </message>
    <message>
      <source>Stop</source>
      <translation>停止</translation>
    </message>
    <message>
      <source>Save the site file…</source>
      <translation>保存站点文件…</translation>
    </message>
    <message>
      <source>Close</source>
      <translation>关闭</translation>
    </message>
    <message>
      <source>Folder of labelled sessions</source>
      <translation>带标签会话的文件夹</translation>
    </message>
    <message>
      <source>Save as a policy</source>
      <translation>保存为策略</translation>
    </message>
    <message>
      <source>Name of the policy</source>
      <translation>策略名称</translation>
    </message>
    <message>
      <source>Save a copy of the model</source>
      <translation>保存模型副本</translation>
    </message>
    <message>
      <source>Save a site file</source>
      <translation>保存站点文件</translation>
    </message>
    <message>
      <source>Site files (*.json)</source>
      <translation>站点文件 (*.json)</translation>
    </message>
    <message>
      <source>Save a report</source>
      <translation>保存报告</translation>
    </message>
    <message>
      <source>Reports (*.html)</source>
      <translation>报告 (*.html)</translation>
    </message>
    <message>
      <source>Wrong and uncertain verdicts</source>
      <translation>错误和不确定的判定</translation>
    </message>
    <message>
      <source>Reasons and measurements</source>
      <translation>原因和测量值</translation>
    </message>
    <message>
      <source>Show the frame</source>
      <translation>显示该帧</translation>
    </message>
    <message>
      <source>Play the session in the main window up to this frame</source>
      <translation>在主窗口中播放会话直到该帧</translation>
    </message>
    <message>
      <source>Correct the label…</source>
      <translation>更正标签…</translation>
    </message>
    <message>
      <source>{wrong} wrong and {uncertain} uncertain verdicts</source>
      <translation>{wrong} 个错误判定,{uncertain} 个不确定判定</translation>
    </message>
    <message>
      <source>bona fide</source>
      <translation>真实 (bona fide)</translation>
    </message>
    <message>
      <source>no reasons</source>
      <translation>无原因</translation>
    </message>
    <message>
      <source>Select a row to see its pictures, reasons and measurements.</source>
      <translation>选择一行以查看其图像、原因和测量值。</translation>
    </message>
    <message>
      <source>Frame {frame}</source>
      <translation>第 {frame} 帧</translation>
    </message>
    <message>
      <source>Histogram of the scores</source>
      <translation>分数直方图</translation>
    </message>
    <message>
      <source>score of a presentation</source>
      <translation>一次呈现的分数</translation>
    </message>
    <message>
      <source>presentations</source>
      <translation>呈现次数</translation>
    </message>
    <message>
      <source>LIVE above {value:.3f}</source>
      <translation>高于 {value:.3f} 为 LIVE</translation>
    </message>
    <message>
      <source>SPOOF below {value:.3f}</source>
      <translation>低于 {value:.3f} 为攻击</translation>
    </message>
    <message>
      <source>DET curve</source>
      <translation>DET 曲线</translation>
    </message>
    <message>
      <source>highest APCER of all species</source>
      <translation>所有攻击种类中最高的 APCER</translation>
    </message>
    <message>
      <source>BPCER</source>
      <translation>BPCER</translation>
    </message>
    <message>
      <source>Choose a file…</source>
      <translation>选择文件……</translation>
    </message>
    <message>
      <source>Model's default</source>
      <translation>模型默认</translation>
    </message>
    <message>
      <source>Choose a folder…</source>
      <translation>选择文件夹…</translation>
    </message>
    <message>
      <source>First</source>
      <translation>第一</translation>
    </message>
    <message>
      <source>Compare with</source>
      <translation>比较</translation>
    </message>
    <message>
      <source>Second</source>
      <translation>第二</translation>
    </message>
    <message>
      <source>Save</source>
      <translation>保存</translation>
    </message>
    <message>
      <source>{policy} (default)</source>
      <translation>{policy}（默认）</translation>
    </message>
    <message>
      <source>Thresholds as a policy…</source>
      <translation>阈值另存为策略…</translation>
    </message>
    <message>
      <source>Threshold as a site file…</source>
      <translation>阈值另存为站点文件…</translation>
    </message>
    <message>
      <source>Report…</source>
      <translation>报告…</translation>
    </message>
    <message>
      <source>Tuning – fasdemo</source>
      <translation>调校 – fasdemo</translation>
    </message>
    <message>
      <source>Looking for sessions …</source>
      <translation>正在查找会话 …</translation>
    </message>
    <message>
      <source>The sessions are being scored.</source>
      <translation>正在为会话评分。</translation>
    </message>
    <message>
      <source>Choose a folder of labelled sessions to score.</source>
      <translation>请选择要评分的带标签会话文件夹。</translation>
    </message>
    <message>
      <source>Use it</source>
      <translation>使用</translation>
    </message>
    <message>
      <source>{count} more are in the report.</source>
      <translation>另有 {count} 条见报告。</translation>
    </message>
    <message>
      <source>LIVE above</source>
      <translation>LIVE 高于</translation>
    </message>
    <message>
      <source>SPOOF below</source>
      <translation>攻击低于</translation>
    </message>
    <message>
      <source>Reset to the policy</source>
      <translation>恢复为策略值</translation>
    </message>
    <message>
      <source>Set the thresholds of the policy</source>
      <translation>使用策略的阈值</translation>
    </message>
    <message>
      <source>Error rates</source>
      <translation>错误率</translation>
    </message>
    <message>
      <source>{errors} of {total}</source>
      <translation>{errors}/{total}</translation>
    </message>
    <message>
      <source>beyond its limit</source>
      <translation>超出界限</translation>
    </message>
    <message>
      <source>Aligned crops given to the network</source>
      <translation>输入网络的对齐裁剪图</translation>
    </message>
    <message>
      <source>not used</source>
      <translation>未使用</translation>
    </message>
    <message>
      <source>missing</source>
      <translation>缺失</translation>
    </message>
    <message>
      <source>Message</source>
      <translation>消息</translation>
    </message>
    <message>
      <source>Close the message</source>
      <translation>关闭消息</translation>
    </message>
    <message>
      <source>Fastest</source>
      <translation>最快</translation>
    </message>
    <message>
      <source>Previous frame (Left)</source>
      <translation>上一帧（左）</translation>
    </message>
    <message>
      <source>Pause (Space)</source>
      <translation>暂停（空格）</translation>
    </message>
    <message>
      <source>Next frame (Right)</source>
      <translation>下一帧（右）</translation>
    </message>
    <message>
      <source>Position in the file</source>
      <translation>文件中的位置</translation>
    </message>
    <message>
      <source>Time and frame</source>
      <translation>时间和帧</translation>
    </message>
    <message>
      <source>Speed</source>
      <translation>速度</translation>
    </message>
    <message>
      <source>Speed ([ and ])</source>
      <translation>速度（[ 和 ]）</translation>
    </message>
    <message>
      <source>Loop (L)</source>
      <translation>循环（L）</translation>
    </message>
    <message>
      <source>frame {number} of {count}</source>
      <translation>第 {number} / {count} 帧</translation>
    </message>
    <message>
      <source>Play (Space)</source>
      <translation>播放（空格）</translation>
    </message>
    <message>
      <source>frame {number}</source>
      <translation>第 {number} 帧</translation>
    </message>
    <message>
      <source>1 marker</source>
      <translation>1 个标记</translation>
    </message>
    <message>
      <source>{count} markers</source>
      <translation>{count} 个标记</translation>
    </message>
    <message>
      <source>no face</source>
      <translation>无人脸</translation>
    </message>
    <message>
      <source>Captured {captured:.0f}, processed {processed:.0f}, drawn {drawn:.0f} fps</source>
      <translation>采集 {captured:.0f}，处理 {processed:.0f}，绘制 {drawn:.0f} 帧/秒</translation>
    </message>
    <message>
      <source>Latency {p50:.0f} ms (95th percentile {p95:.0f} ms)</source>
      <translation>延迟 {p50:.0f} 毫秒（第 95 百分位 {p95:.0f} 毫秒）</translation>
    </message>
    <message>
      <source>Frames skipped: {count}</source>
      <translation>跳过的帧：{count}</translation>
    </message>
    <message>
      <source>LOG {file}: {lines}</source>
      <translation>日志 {file}：{lines}</translation>
    </message>
    <message>
      <source>{lines} lines in the event log {path}; press Ctrl+L to stop it</source>
      <translation>事件日志 {path} 有 {lines} 行；按 Ctrl+L 停止</translation>
    </message>
    <message>
      <source>OUTPUT FAILED</source>
      <translation>输出故障</translation>
    </message>
    <message>
      <source>Output: {sent} sent</source>
      <translation>输出：已发送 {sent}</translation>
    </message>
    <message>
      <source>{name}: {sent} sent, {failed} failed</source>
      <translation>{name}：已发送 {sent}，失败 {failed}</translation>
    </message>
    <message>
      <source>Open a source</source>
      <translation>打开来源</translation>
    </message>
    <message>
      <source>Choose a camera, a video or a recorded session</source>
      <translation>选择摄像头、视频或已录制的会话</translation>
    </message>
    <message>
      <source>The network that rates each face</source>
      <translation>评定每张人脸的网络</translation>
    </message>
    <message>
      <source>The thresholds that turn a score into a verdict</source>
      <translation>将分数转为结果的阈值</translation>
    </message>
    <message>
      <source>The device that runs the network</source>
      <translation>运行网络的设备</translation>
    </message>
    <message>
      <source>More</source>
      <translation>更多</translation>
    </message>
    <message>
      <source>RealSense camera</source>
      <translation>RealSense 摄像头</translation>
    </message>
    <message>
      <source>Webcam</source>
      <translation>网络摄像头</translation>
    </message>
    <message>
      <source>Video or recording…</source>
      <translation>视频或录制……</translation>
    </message>
    <message>
      <source>Session or picture folder…</source>
      <translation>会话或图片文件夹……</translation>
    </message>
    <message>
      <source>Library of recordings</source>
      <translation>录制库</translation>
    </message>
    <message>
      <source>Demo session</source>
      <translation>演示会话</translation>
    </message>
    <message>
      <source>Record a labelled session (Ctrl+3)</source>
      <translation>录制带标注的会话（Ctrl+3）</translation>
    </message>
    <message>
      <source>Kiosk mode: only the verdict, full screen (F11)</source>
      <translation>自助终端模式：仅全屏显示结果（F11）</translation>
    </message>
    <message>
      <source>Keyboard shortcuts (?)</source>
      <translation>键盘快捷键（?）</translation>
    </message>
    <message>
      <source>Events with pictures…</source>
      <translation>带图片的事件…</translation>
    </message>
    <message>
      <source>Calibrate…</source>
      <translation>校准…</translation>
    </message>
    <message>
      <source>Event log…</source>
      <translation>事件日志……</translation>
    </message>
    <message>
      <source>Tune…</source>
      <translation>调校…</translation>
    </message>
    <message>
      <source>Preferences…</source>
      <translation>首选项……</translation>
    </message>
    <message>
      <source>Stop the event log</source>
      <translation>停止事件日志</translation>
    </message>
    <message>
      <source>Is there a live person in front of the camera?</source>
      <translation>摄像头前是真人吗？</translation>
    </message>
    <message>
      <source>Open a camera, a video or a recorded session, or drop a file or folder here.</source>
      <translation>请打开摄像头、视频或已录制的会话，或将文件或文件夹拖放到此处。</translation>
    </message>
    <message>
      <source>Recent</source>
      <translation>最近</translation>
    </message>
    <message>
      <source>{name} tab</source>
      <translation>{name} 选项卡</translation>
    </message>
    <message>
      <source>There is no point cloud: the picture has no depth, or the camera has no calibration.</source>
      <translation>没有点云：画面没有深度，或摄像头没有标定。</translation>
    </message>
    <message>
      <source>{picture}: there is no picture to save.</source>
      <translation>{picture}：没有可保存的图像。</translation>
    </message>
    <message>
      <source>The snapshot cannot be saved in {folder} ({why}); choose another folder in the preferences.</source>
      <translation>无法将截图保存到 {folder}（{why}）；请在首选项中选择其他文件夹。</translation>
    </message>
    <message>
      <source>Loading the model {model} and the face detector … {seconds} s</source>
      <translation>正在加载模型 {model} 和人脸检测器…… {seconds} 秒</translation>
    </message>
    <message>
      <source>Opening…</source>
      <translation>正在打开……</translation>
    </message>
    <message>
      <source>{picture}: not in this frame</source>
      <translation>{picture}：此帧没有</translation>
    </message>
    <message>
      <source>The pictures are frozen, and the camera continues. Space shows the current pictures.</source>
      <translation>画面已冻结，摄像头仍在运行。按空格显示当前画面。</translation>
    </message>
    <message>
      <source>Loading the model and the face detector … {seconds} s</source>
      <translation>正在加载模型和人脸检测器…… {seconds} 秒</translation>
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
      <source>No picture</source>
      <translation>无图像</translation>
    </message>
    <message>
      <source>A recording is running; stop it (R) before opening another source.</source>
      <translation>正在录制；打开其他来源前请先停止（R）。</translation>
    </message>
    <message>
      <source>A recording is running; stop it (R) before closing the source.</source>
      <translation>正在录制；关闭来源前请先停止（R）。</translation>
    </message>
    <message>
      <source>Opening {source} …</source>
      <translation>正在打开 {source} ……</translation>
    </message>
    <message>
      <source>The demo session is missing; install fasdemo again.</source>
      <translation>缺少演示会话，请重新安装 fasdemo。</translation>
    </message>
    <message>
      <source>{source} continues.</source>
      <translation>{source} 继续运行。</translation>
    </message>
    <message>
      <source>Try again</source>
      <translation>重试</translation>
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
