//! Receipts, statements and charts as PDF and SVG, with bundled fonts.
