//! The colours of the charts.

use plotters::style::RGBColor;

/// The colours of the light or the dark theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    pub(crate) ink: RGBColor,
    pub(crate) ink2: RGBColor,
    pub(crate) ink3: RGBColor,
    pub(crate) line: RGBColor,
    pub(crate) line2: RGBColor,
    pub(crate) surface: RGBColor,
    /// Series one: blue.
    pub(crate) blue: RGBColor,
    /// Series two, the one to worry about: orange.
    pub(crate) orange: RGBColor,
    /// A bar that is measured against, with its outline.
    pub(crate) neutral: RGBColor,
    pub(crate) outline: RGBColor,
    /// The running month's bar of series one.
    pub(crate) running: RGBColor,
    /// The running month's bar of series two.
    pub(crate) running2: RGBColor,
}

impl Theme {
    /// On white.
    pub const LIGHT: Theme = Theme {
        ink: RGBColor(0x15, 0x1A, 0x22),
        ink2: RGBColor(0x46, 0x50, 0x60),
        ink3: RGBColor(0x62, 0x6C, 0x7A),
        line: RGBColor(0xE2, 0xE6, 0xEB),
        line2: RGBColor(0xD3, 0xD9, 0xE0),
        surface: RGBColor(0xFF, 0xFF, 0xFF),
        blue: RGBColor(0x1A, 0x54, 0xAD),
        orange: RGBColor(0xB3, 0x56, 0x0A),
        neutral: RGBColor(0xD5, 0xDB, 0xE3),
        outline: RGBColor(0x82, 0x8C, 0x9A),
        running: RGBColor(0xB9, 0xCD, 0xED),
        running2: RGBColor(0xF2, 0xD3, 0xB8),
    };

    /// On near black.
    pub const DARK: Theme = Theme {
        ink: RGBColor(0xE9, 0xEC, 0xF1),
        ink2: RGBColor(0xB0, 0xB8, 0xC4),
        ink3: RGBColor(0x8F, 0x98, 0xA6),
        line: RGBColor(0x2A, 0x31, 0x3B),
        line2: RGBColor(0x36, 0x3E, 0x4A),
        surface: RGBColor(0x16, 0x1A, 0x20),
        blue: RGBColor(0x6F, 0xA0, 0xF2),
        orange: RGBColor(0xF0, 0xA0, 0x4B),
        neutral: RGBColor(0x33, 0x3B, 0x47),
        outline: RGBColor(0x71, 0x7B, 0x8A),
        running: RGBColor(0x2C, 0x44, 0x6E),
        running2: RGBColor(0x5E, 0x40, 0x20),
    };
}
