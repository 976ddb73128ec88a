//! What a device is called.

use domain::login::device_name;

#[test]
fn a_device_is_named_as_its_owner_knows_it_and_never_in_its_own_words() {
    for (user_agent, name) in [
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile \
             Safari/537.36",
            "安卓设备 · Chrome",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
             Version/18.5 Mobile/15E148 Safari/604.1",
            "苹果手机 · Safari",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 \
             Safari/537.36 Edg/140.0.0.0",
            "Windows 电脑 · Edge",
        ),
        (
            "Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00) AppleWebKit/537.36 Chrome/114.0 HuaweiBrowser/15.0 \
             Mobile Safari/537.36",
            "鸿蒙设备 · 华为浏览器",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Linux 电脑 · Firefox"),
        ("curl/8.5.0 <script>", "未知设备"),
        ("", "未知设备"),
    ] {
        assert_eq!(device_name(user_agent), name, "{user_agent}");
    }
}
