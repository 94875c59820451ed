//! Pictures on their way in and out: from a file input to a buffer, from a buffer to something an `<img>` can show.

use js_sys::futures::JsFuture;
use js_sys::{Array, ArrayBuffer};
use wasm_bindgen::JsCast as _;
use web_sys::{Blob, BlobPropertyBag, Event, File, HtmlInputElement, Url};

/// The files that were just chosen in the input of `event`, which is emptied so that the same file can be chosen again.
pub fn chosen(event: &Event) -> Vec<File> {
    let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return Vec::new() };
    let files = input.files();
    let count = files.as_ref().map_or(0, web_sys::FileList::length);
    let files = (0..count).filter_map(|place| files.as_ref()?.get(place)).collect();
    input.set_value("");
    files
}

/// The bytes of a file, in a buffer that can be handed over whole; `None` where it cannot be read (any more).
pub async fn bytes(file: &File) -> Option<ArrayBuffer> {
    JsFuture::from(file.array_buffer()).await.ok()?.dyn_into().ok()
}

/// A picture that the page can show, for as long as this lives.
#[derive(Debug)]
pub struct Picture {
    url: String,
}

impl Picture {
    /// From bytes of a media type; `None` where the browser refuses.
    pub fn new(bytes: &ArrayBuffer, media_type: &str) -> Option<Self> {
        let options = BlobPropertyBag::new();
        options.set_type(media_type);
        let blob = Blob::new_with_buffer_source_sequence_and_options(&Array::of1(bytes), &options).ok()?;
        Url::create_object_url_with_blob(&blob).ok().map(|url| Self { url })
    }

    /// What goes into `src`.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        // Fails for no address that the browser itself gave.
        let _ = Url::revoke_object_url(&self.url);
    }
}
