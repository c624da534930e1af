//! Pictures as PNG files, for examples that show images.

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use std::io::Write;
use std::path::Path;

/// A gray picture, white at first.
pub(crate) struct Picture {
    width: usize,
    rows: Vec<u8>,
}

impl Picture {
    /// Creates a white picture.
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Picture { width, rows: vec![255; width * height] }
    }

    /// Draws an image of numbers from `dark` to `light`, each pixel as a square of `size` pixels. The place is that of
    /// the upper left corner.
    pub(crate) fn draw<const W: usize, const H: usize>(
        &mut self,
        image: &[[[f32; 1]; W]; H],
        (left, top): (usize, usize),
        size: usize,
        (dark, light): (f32, f32),
    ) {
        for (y, x) in (0..H * size).flat_map(|y| (0..W * size).map(move |x| (y, x))) {
            let value = (image[y / size][x / size][0] - dark) / (light - dark);
            self.rows[(top + y) * self.width + left + x] = (value.clamp(0.0, 1.0) * 255.0) as u8;
        }
    }

    /// Writes the picture as a PNG file.
    ///
    /// Source: <https://www.w3.org/TR/png/>
    pub(crate) fn save(&self, path: &Path) -> std::io::Result<()> {
        let height = self.rows.len() / self.width;
        let mut header = Vec::new();
        header.extend((self.width as u32).to_be_bytes());
        header.extend((height as u32).to_be_bytes());
        // Eight bits of gray, the only compression, the only filter, no interlacing.
        header.extend([8, 0, 0, 0, 0]);
        let mut data = ZlibEncoder::new(Vec::new(), Compression::best());
        for row in self.rows.chunks(self.width) {
            // Every row begins with its filter: none.
            data.write_all(&[0])?;
            data.write_all(row)?;
        }
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        for (kind, content) in [(b"IHDR", header), (b"IDAT", data.finish()?), (b"IEND", Vec::new())] {
            let mut sum = Crc::new();
            sum.update(kind);
            sum.update(&content);
            file.extend((content.len() as u32).to_be_bytes());
            file.extend(kind);
            file.extend(content);
            // The checksum of flate2 is that of PNG.
            file.extend(sum.sum().to_be_bytes());
        }
        std::fs::write(path, file)
    }
}
