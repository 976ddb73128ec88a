//! The camera: in the page where the browser allows it, otherwise the system's own; and the shrinking of what it gives.

use super::photos;
use crate::inspection::stores::{self, Pending};
use domain::{
    Problem,
    photo::{LONG_EDGE, PhotoHash},
};
use js_sys::{Function, Object, Promise, Reflect};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, CanvasRenderingContext2d, File, HtmlCanvasElement, HtmlVideoElement, ImageBitmap, MediaStream,
    MediaStreamConstraints, MediaStreamTrack,
};

/// JPEG quality: 1600 px come to about 300 kB.
const QUALITY: f64 = 0.8;

/// A camera that is running; it stops when this is dropped.
pub struct Camera(MediaStream);

impl Camera {
    /// Starts the camera at the back; the browser asks the person the first time.
    ///
    /// # Errors
    /// Why not, and what to do, in the person's words.
    pub async fn open() -> Result<Self, String> {
        // Not outside a secure context, nor in old web views.
        let devices = Reflect::get(&window().navigator(), &JsValue::from_str("mediaDevices"));
        if !devices.is_ok_and(|devices| devices.is_object()) {
            return Err("这个浏览器不能在页面内拍照，请用系统相机".into());
        }
        let video = Object::new();
        for (name, value) in
            [("facingMode", JsValue::from_str("environment")), ("width", ideal(1920.0)), ("height", ideal(1080.0))]
        {
            // Setting a property of a fresh object cannot fail.
            let _ = Reflect::set(&video, &JsValue::from_str(name), &value);
        }
        let constraints = MediaStreamConstraints::new();
        constraints.set_video(&video);
        let devices = window().navigator().media_devices().map_err(|error| reason(&error))?;
        let promise = devices.get_user_media_with_constraints(&constraints).map_err(|error| reason(&error))?;
        let stream = JsFuture::from(promise).await.map_err(|error| reason(&error))?;
        Ok(Self(stream.unchecked_into()))
    }
}

impl stores::Camera for Camera {
    fn show_in(&self, video: &HtmlVideoElement) {
        video.set_src_object(Some(&self.0));
        // Autoplay does the same; a second request to play is harmless.
        if let Ok(playing) = video.play() {
            leptos::task::spawn_local(async move {
                let _ = JsFuture::from(playing).await;
            });
        }
    }

    fn snap(&self, video: HtmlVideoElement) -> Pending<Result<PhotoHash, Problem>> {
        Box::pin(async move { photos::stage(snap(&video).await?).await })
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        for track in self.0.get_tracks().iter() {
            track.unchecked_into::<MediaStreamTrack>().stop();
        }
    }
}

fn ideal(pixels: f64) -> JsValue {
    let wish = Object::new();
    let _ = Reflect::set(&wish, &JsValue::from_str("ideal"), &JsValue::from_f64(pixels));
    wish.into()
}

fn reason(error: &JsValue) -> String {
    let name = Reflect::get(error, &JsValue::from_str("name")).ok().and_then(|name| name.as_string());
    match name.as_deref() {
        Some("NotAllowedError" | "SecurityError") => {
            "浏览器没有相机权限。请在浏览器的网站设置中允许使用相机，或改用系统相机".into()
        }
        Some("NotFoundError" | "OverconstrainedError") => "没有找到可用的相机，请改用系统相机".into(),
        Some("NotReadableError" | "AbortError") => "相机正被其他应用占用，请关闭后重试，或改用系统相机".into(),
        _ => "无法打开相机，请改用系统相机".into(),
    }
}

/// The picture that the video shows, shrunk.
///
/// # Errors
/// When there is no picture yet.
async fn snap(video: &HtmlVideoElement) -> Result<Blob, Problem> {
    let (width, height) = (video.video_width(), video.video_height());
    if width == 0 || height == 0 {
        return Err(Problem::BadPhoto { message: "相机还没有准备好，请稍候再按快门".into() });
    }
    let blob = shrunk(width, height, |context, width, height| {
        context.draw_image_with_html_video_element_and_dw_and_dh(video, 0.0, 0.0, width, height)
    });
    blob.await
}

/// A picture that the system's camera took, shrunk.
///
/// # Errors
/// When it is no picture that this browser can read.
pub async fn take_over(file: File) -> Result<Blob, Problem> {
    let decoding = window().create_image_bitmap_with_blob(&file).map_err(|_| photos::unreadable())?;
    let bitmap = JsFuture::from(decoding).await.map_err(|_| photos::unreadable())?;
    let bitmap: ImageBitmap = bitmap.unchecked_into();
    let blob = shrunk(bitmap.width(), bitmap.height(), |context, width, height| {
        context.draw_image_with_image_bitmap_and_dw_and_dh(&bitmap, 0.0, 0.0, width, height)
    })
    .await;
    // Decoded pictures are large, and cheap phones run out of memory before they collect.
    bitmap.close();
    blob
}

/// Draws a picture with its long edge at most [`LONG_EDGE`], as JPEG.
async fn shrunk(
    width: u32,
    height: u32,
    draw: impl FnOnce(&CanvasRenderingContext2d, f64, f64) -> Result<(), JsValue>,
) -> Result<Blob, Problem> {
    let scale = (f64::from(LONG_EDGE) / f64::from(width.max(height).max(1))).min(1.0);
    let size = |pixels: u32| (f64::from(pixels) * scale).round().max(1.0);
    let (width, height) = (size(width), size(height));
    let canvas = draw_on_canvas(width, height, draw).map_err(|_| photos::unreadable())?;
    let encoding = Promise::new(&mut |resolve: Function, reject: Function| {
        let done = Closure::once_into_js(move |blob: JsValue| {
            let _ = resolve.call1(&JsValue::NULL, &blob);
        });
        let quality = JsValue::from_f64(QUALITY);
        let begun = canvas.to_blob_with_type_and_encoder_options(done.unchecked_ref(), "image/jpeg", &quality);
        if let Err(error) = begun {
            let _ = reject.call1(&JsValue::NULL, &error);
        }
    });
    let blob = JsFuture::from(encoding).await.ok().and_then(|blob| blob.dyn_into().ok());
    // Gives the canvas's memory back at once.
    canvas.set_width(0);
    blob.ok_or_else(photos::unreadable)
}

fn draw_on_canvas(
    width: f64,
    height: f64,
    draw: impl FnOnce(&CanvasRenderingContext2d, f64, f64) -> Result<(), JsValue>,
) -> Result<HtmlCanvasElement, JsValue> {
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and LONG_EDGE")]
    {
        canvas.set_width(width as u32);
        canvas.set_height(height as u32);
    }
    let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?;
    draw(context.unchecked_ref(), width, height)?;
    Ok(canvas)
}
