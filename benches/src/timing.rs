//! Interleaved timing: in each round every contestant runs once, so that noise affects all of them.

use std::time::Instant;

/// Something to be timed: one call handles all records of a case.
pub struct Contestant<'a> {
    pub name: &'static str,
    run: Box<dyn FnMut() + 'a>,
}

impl<'a> Contestant<'a> {
    pub fn new(name: &'static str, run: impl FnMut() + 'a) -> Self {
        Self { name, run: Box::new(run) }
    }

    /// Runs `times` times, and gives the nanoseconds of one.
    fn time(&mut self, times: u32) -> f64 {
        let start = Instant::now();
        for _ in 0..times {
            (self.run)();
        }
        start.elapsed().as_nanos() as f64 / f64::from(times)
    }
}

/// The nanoseconds of a contestant's calls, round by round.
pub struct Timed {
    pub name: &'static str,
    rounds: Vec<f64>,
}

impl Timed {
    /// The quickest call: what is left when nothing disturbs.
    pub fn min(&self) -> f64 {
        self.rounds.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// The median over the rounds of this one's time to the other's in the same round.
    pub fn ratio_to(&self, other: &Self) -> f64 {
        let mut ratios: Vec<_> =
            self.rounds.iter().zip(&other.rounds).map(|(a, b)| a / b).collect();
        ratios.sort_by(f64::total_cmp);
        ratios[ratios.len() / 2]
    }
}

/// Times the contestants in turn.
pub fn race(mut contestants: Vec<Contestant<'_>>, rounds: u32) -> Vec<Timed> {
    /// A timed stretch this long is not disturbed by the clock itself.
    const STRETCH: f64 = 3e6;
    let times: Vec<_> = contestants
        .iter_mut()
        .map(|contestant| {
            contestant.time(1);
            (STRETCH / contestant.time(1)).ceil().max(1.0) as u32
        })
        .collect();
    let mut timed: Vec<_> =
        contestants.iter().map(|c| Timed { name: c.name, rounds: Vec::new() }).collect();
    for _ in 0..rounds {
        for ((contestant, &times), timed) in contestants.iter_mut().zip(&times).zip(&mut timed) {
            timed.rounds.push(contestant.time(times));
        }
    }
    timed
}
