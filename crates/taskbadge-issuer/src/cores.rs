//! Work that is the same for many, on all cores.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::Trouble;

/// The results of `work` in the order of `items`, or the error of the first item that has one.
pub(crate) fn on_all_cores<'i, T: Sync, R: Send>(
    items: &'i [T],
    work: impl Fn(&'i T) -> Result<R, Trouble> + Sync,
) -> Result<Vec<R>, Trouble> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(items.len());
    if workers <= 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(items.len()));
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { return };
                    let result = work(item);
                    results.lock().expect("no worker panics with the results in hand").push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().expect("no worker panics with the results in hand");
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
