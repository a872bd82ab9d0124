//! Named steps at which a test can hold a process, to kill it there. Nothing of this is in a build without the feature
//! `faults`.

/// The steps, in the order in which they are met.
#[cfg(feature = "faults")]
pub const STEPS: [&str; 14] = [
    "begun",
    "the head is locked",
    "a list is opened",
    "indices are reserved",
    "rows are stored",
    "the log is written",
    "before the commit",
    "after the commit",
    "badges are signed",
    "badges are completed",
    "a file is written",
    "a group is handed out",
    "lists are written",
    "the publication is noted",
];

#[cfg(feature = "faults")]
static HOLD: std::sync::Mutex<Option<(&'static str, u32)>> = std::sync::Mutex::new(None);

/// From now on, the process stops for good at the `time`th passage of a step, and says so on standard output before.
///
/// # Panics
/// If there is no such step.
#[cfg(feature = "faults")]
pub fn hold_at(name: &str, time: u32) {
    let name = STEPS.into_iter().find(|step| *step == name).expect("a step by this name");
    *HOLD.lock().expect("nobody panics with the step in hand") = Some((name, time));
}

#[cfg(feature = "faults")]
pub(crate) fn step(name: &'static str) {
    use std::io::Write as _;
    let mut hold = HOLD.lock().expect("nobody panics with the step in hand");
    let Some((held, times)) = hold.as_mut().filter(|(held, _)| *held == name) else { return };
    *times -= 1;
    if *times == 0 {
        let _ = writeln!(std::io::stdout(), "held at: {held}");
        let _ = std::io::stdout().flush();
        loop {
            std::thread::park();
        }
    }
}

#[cfg(not(feature = "faults"))]
#[inline]
pub(crate) fn step(_: &'static str) {}
