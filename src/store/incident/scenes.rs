//! (scenes)
