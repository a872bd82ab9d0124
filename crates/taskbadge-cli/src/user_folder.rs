//! Where programs keep what is a user's own.

use std::path::PathBuf;

/// For what a user would miss: whom they recognise.
pub(crate) fn data() -> Option<PathBuf> {
    of("APPDATA", "XDG_DATA_HOME", ".local/share")
}

/// For what is remembered between runs on this computer.
pub(crate) fn state() -> Option<PathBuf> {
    of("LOCALAPPDATA", "XDG_STATE_HOME", ".local/state")
}

fn of(windows: &str, xdg: &str, below_home: &str) -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = if cfg!(windows) {
        set(windows)
    } else if cfg!(target_os = "macos") {
        set("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        // XDG Base Directory Specification: a relative path there does not count.
        let own = set(xdg).filter(|folder| folder.is_absolute());
        own.or_else(|| set("HOME").map(|home| home.join(below_home)))
    };
    folder.map(|folder| folder.join("taskbadge"))
}
