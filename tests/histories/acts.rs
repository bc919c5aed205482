//! Everything that can happen in a history, in any order: the strategies. What must hold is not said here.

use proptest::prelude::*;

/// One thing that happens.
#[derive(Clone, Debug)]
pub enum Act {
    /// An operator presses keys, on this instance where that matters.
    Keys(usize, usize, &'static str),
    /// An operator types the name of an instance, letter by letter.
    Types(usize, usize),
    /// What an operator's terminal was given is on it.
    Drawn(usize),
    /// The registry answers the oldest question or write of an operator (true) or the newest.
    Answer(usize, bool, Fate),
    /// An answer that was given already comes again.
    Again(usize),
    /// A provider reconnects: it writes its own copy.
    Reconnects(usize),
    /// A provider leaves, or comes back.
    Leaves(usize),
    /// What an instance says of itself, told to all who listen.
    Health(usize, bool),
    /// An operator's link to the registry goes or comes.
    Link(usize, bool),
    /// Time goes on, in ms.
    Wait(i64),
}

/// What becomes of a write.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    /// It is answered.
    Answered,
    /// It is made, its answer is lost, and reading again finds that out.
    Lost,
    /// It never arrives, and is fenced: known not to have been made.
    Fenced,
}

/// An act, or a whole action with steps left out and others between.
pub fn acts() -> impl Strategy<Value = Vec<Act>> {
    let (who, on) = (0usize..2, 0usize..3);
    let fate = || prop_oneof![4 => Just(Fate::Answered), 1 => Just(Fate::Lost), 1 => Just(Fate::Fenced)];
    let keys = prop_oneof![
        Just(">d"),
        Just(">u"),
        Just(">X"),
        Just(">w 0 Enter"),
        Just(">w 7 Enter"),
        Just(">m"),
        Just("d"),
        Just("Enter"),
        Just("Enter Enter"),
        Just("y"),
        Just("Esc"),
        Just("C-r"),
        Just("Tab"),
        Just("U"),
        Just(">A"),
        Just("Tab Tab 3 s Enter"),
        Just("B"),
        Just("H")
    ];
    let one = prop_oneof![
        6 => (who.clone(), on.clone(), keys).prop_map(|(who, on, keys)| Act::Keys(who, on, keys)),
        2 => (who.clone(), on.clone()).prop_map(|(who, on)| Act::Types(who, on)),
        4 => who.clone().prop_map(Act::Drawn),
        5 => (who.clone(), any::<bool>(), fate()).prop_map(|(who, oldest, fate)| Act::Answer(who, oldest, fate)),
        1 => who.clone().prop_map(Act::Again),
        1 => on.clone().prop_map(Act::Reconnects),
        1 => on.clone().prop_map(Act::Leaves),
        4 => (on.clone(), proptest::bool::weighted(0.6)).prop_map(|(n, well)| Act::Health(n, well)),
        1 => (who.clone(), proptest::bool::weighted(0.8)).prop_map(|(who, up)| Act::Link(who, up)),
        3 => (0i64..5_000).prop_map(Act::Wait),
    ];
    let whole = (
        who,
        on,
        prop_oneof![Just(">d"), Just(">A"), Just(">X"), Just(">u"), Just(">w 0 Enter")],
        any::<bool>(),
        fate(),
    )
        .prop_map(|(who, on, keys, typed, fate)| {
            let mut all =
                vec![Act::Link(who, true), Act::Keys(who, on, keys), Act::Answer(who, false, fate), Act::Drawn(who)];
            all.extend(typed.then_some(Act::Types(who, on)));
            all.extend([Act::Keys(who, on, "Enter"), Act::Answer(who, false, fate), Act::Keys(who, on, "Esc")]);
            all
        });
    let batch = (0usize..2, 0usize..3, fate()).prop_map(|(who, on, fate)| {
        let other = (on + 1) % 3;
        let answer = || Act::Answer(who, true, fate);
        vec![
            Act::Link(who, true),
            Act::Keys(who, on, ">m"),
            Act::Keys(who, other, ">m"),
            Act::Keys(who, on, "d"),
            answer(),
            answer(),
            Act::Drawn(who),
            Act::Keys(who, on, "Enter"),
            answer(),
            answer(),
            Act::Wait(1_000),
            Act::Health(0, true),
            Act::Health(1, true),
            Act::Health(2, true),
            Act::Wait(2_000),
            answer(),
            answer(),
        ]
    });
    // While a plan is read, the others go.
    let turn = (0usize..2, 0usize..3, any::<bool>()).prop_map(|(who, on, leaves)| {
        let (a, b) = ((on + 1) % 3, (on + 2) % 3);
        let goes = if leaves { Act::Leaves(b) } else { Act::Health(b, false) };
        vec![
            Act::Link(who, true),
            Act::Health(on, true),
            Act::Health(b, true),
            Act::Health(a, false),
            Act::Keys(who, on, ">d"),
            Act::Answer(who, false, Fate::Answered),
            Act::Drawn(who),
            goes,
            Act::Keys(who, on, "Enter"),
            Act::Drawn(who),
            Act::Types(who, on),
            Act::Keys(who, on, "Enter"),
            Act::Answer(who, false, Fate::Answered),
        ]
    });
    // A step, and its undo later; a drain that is held or ends by itself, and what its provider does to it.
    let answer = |who| Act::Answer(who, false, Fate::Answered);
    let back = (0usize..2, 0usize..3, any::<bool>()).prop_map(move |(who, on, typed)| {
        let mut all = vec![Act::Keys(who, on, "U"), answer(who), answer(who), Act::Drawn(who)];
        all.extend(typed.then_some(Act::Types(who, on)));
        all.extend([Act::Keys(who, on, "Enter"), answer(who), Act::Keys(who, on, "Esc Esc")]);
        all
    });
    let held = (0usize..2, 0usize..3, any::<bool>()).prop_map(move |(who, on, hold)| {
        let (keys, yes) = if hold { (">A", "Enter") } else { (">d", "Tab Tab 3 s Enter") };
        let mut all = vec![Act::Health(0, true), Act::Health(1, true), Act::Health(2, true)];
        all.extend([Act::Link(who, true), Act::Keys(who, on, keys), answer(who), Act::Drawn(who)]);
        all.extend([Act::Keys(who, on, yes), answer(who), Act::Keys(who, on, "Esc Esc")]);
        for keeper in [0, 1] {
            all.extend([Act::Wait(2_500), Act::Reconnects(on), Act::Wait(1_500)]);
            all.extend([answer(keeper), answer(keeper), answer(1 - keeper), answer(1 - keeper)]);
        }
        all
    });
    let kept = |acts: Vec<Act>, kept: Vec<bool>| -> Vec<Act> {
        acts.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(act, _)| act).collect()
    };
    let some = |of: BoxedStrategy<Vec<Act>>| {
        (of, proptest::collection::vec(proptest::bool::weighted(0.95), 24)).prop_map(move |(all, keep)| kept(all, keep))
    };
    let part = prop_oneof![8 => one.prop_map(|act| vec![act]), 2 => some(whole.boxed()), 1 => some(batch.boxed()), 1 => some(turn.boxed()), 2 => some(back.boxed()), 2 => some(held.boxed())];
    proptest::collection::vec(part, 1..50).prop_map(|all| all.concat())
}
