//! A person at the dashboard, without a terminal: keys go into the real Model, effects come out, the real view is drawn.
//! What the registry would answer is said by the test. Nothing here sleeps or asks a clock.

use keepwatch::{
    app::{
        Effect, Model, Msg, Setup,
        msg::{Input, MouseAct},
        update,
    },
    command::Key,
    config::Keymap,
    domain::{
        circuit::CircuitState,
        fact::{Fact, LinkState, RegistryFact},
        health::{Asked, HealthState},
        id::Layout,
        intent::Op,
        log::Level,
        plan::{Draft, Durability, Outcome, Receipt, Refusal, Target, Write, WriteKind},
        time::Moment,
    },
    store::registry::Expected,
    theme::{Palette, Theme},
    ui,
};
use ratatui::{buffer::Buffer, layout::Rect};

use super::shop;

/// A Model, and what it asked for.
pub struct Journey {
    pub model: Model,
    /// Everything that was asked of the world and not yet looked at; questions to the prober are left out.
    pub effects: Vec<Effect>,
    theme: Theme,
}

/// What does not change, for every test.
pub fn setup(read_only: bool) -> Setup {
    Setup {
        cluster: Some("shop".into()),
        registry: "127.0.0.1:2181".into(),
        read_only,
        no_journal: None,
        guards: Vec::new(),
        keys: Keymap::default(),
        utc_offset: 0,
        extras: vec![("fault".into(), "NAME".into(), "Start a fault of the demo".into())],
        looked: vec![("config/microservices.yaml".into(), false)],
        themes: Palette::names().map(Into::into).collect(),
        user: "ana".into(),
    }
}

impl Journey {
    /// A plan by these keys on this instance: asked for, answered by the registry, and on the terminal; its number.
    pub fn planned(&mut self, instance: &str, keys: &str) -> u64 {
        self.go_to(instance).press(keys);
        let (number, target, op) = self.asked_plan();
        self.send(Msg::Drafted(number, Box::new(Ok(draft(&target, op, 10)))));
        self.look();
        number
    }

    /// At 160x48, nothing known yet.
    pub fn empty(read_only: bool) -> Journey {
        let model = Model::new(setup(read_only), Expected::default(), shop::BEGIN);
        let mut journey = Journey { model, effects: Vec::new(), theme: Theme::default() };
        journey.send(Msg::Resized(160, 48));
        journey
    }

    /// The shop, well and busy for two minutes.
    pub fn shop() -> Journey {
        Journey::busy(false)
    }

    /// The same where nobody may write.
    pub fn read_only() -> Journey {
        Journey::busy(true)
    }

    /// The shop in trouble: payments 127.0.0.9:5005 is down, the breakers of orders to payments are open, and ana has drained
    /// users 127.0.0.5:5001 on purpose.
    pub fn incident() -> Journey {
        let mut journey = Journey::shop();
        let begun = journey.model.now;
        let intent = shop::intent("127.0.0.5:5001", begun);
        journey.tell([shop::registered(shop::instance("users-service", Layout::SEED, "127.0.0.5:5001", 0))]);
        journey.registry(RegistryFact::Intent(intent.znode().into(), Box::new(intent)));
        for second in 0..20 {
            let at = journey.model.now;
            journey.tell([shop::link(LinkState::Connected, at, at)]);
            let down = Asked::Answered(HealthState::Down);
            journey.tell([shop::health("payments-service", "127.0.0.9:5005", down, at)]);
            journey.traffic(120 + second, |n| n % 2 == 1);
            if second % 5 == 0 {
                journey.tell(shop::breakers(at, |caller, address, callee| {
                    let hurt =
                        caller == "orders-service" && callee == "payments-service" && address != "127.0.0.7:5002";
                    if hurt && second >= 5 { CircuitState::Open } else { CircuitState::Closed }
                }));
            }
            if second % 6 == 0 {
                let trace = shop::request((120 + second) * 100 + 1, at, true)[0].trace;
                let text = "charge failed: payments answered 503";
                let line = shop::line(at, Level::Error, "orders-service", "127.0.0.5:5002", text, Some(trace));
                journey.tell([Fact::Logs(vec![line])]);
            }
            journey.wait(1_000);
        }
        journey
    }

    fn busy(read_only: bool) -> Journey {
        let mut journey = Journey::empty(read_only);
        journey.tell(shop::registry(shop::BEGIN));
        journey.tell([shop::intake(shop::BEGIN)]);
        for second in 0..120 {
            let at = journey.model.now;
            if second % 5 == 0 {
                journey.tell(shop::all_well(at));
            }
            journey.tell([shop::link(LinkState::Connected, at, at)]);
            journey.traffic(second, |_| false);
            if second % 10 == 0 {
                let trace = shop::request(second * 100, at, false)[0].trace;
                let line = shop::line(at, Level::Info, "orders-service", "127.0.0.4:5002", "order taken", Some(trace));
                journey.tell([Fact::Logs(vec![line])]);
            }
            journey.wait(1_000);
        }
        let line = shop::line(
            journey.model.now,
            Level::Warn,
            "articles-service",
            "127.0.0.6:5003",
            "shard 0 index rebuilt in 4.1 s",
            None,
        );
        journey.tell([Fact::Logs(vec![line])]);
        journey.wait(1_000);
        journey
    }

    /// A second's traffic: four orders, of which some fail, and eight visits.
    pub fn traffic(&mut self, second: u64, fails: impl Fn(u64) -> bool) {
        let at = self.model.now;
        let orders = (0..4).map(|n| shop::request(second * 100 + n, at.plus(n as i64 * 200), fails(n)));
        let visits = (0..8).map(|n| shop::visit(second * 100 + 50 + n, at.plus(n as i64 * 110)));
        let (drained, instead) = (shop::id("users-service", "127.0.0.5:5001"), "127.0.0.4:5001".parse().ok());
        let out = self
            .model
            .world
            .registry
            .at(&drained.service, &drained.address)
            .any(|(_, slot)| slot.registered().is_some_and(|instance| instance.weight == Some(0)));
        let facts: Vec<Fact> = orders
            .chain(visits)
            .map(|mut spans| {
                // Callers obey a drain.
                let theirs = spans.iter_mut().filter(|span| out && span.instance.as_ref() == Some(&drained.address));
                theirs.for_each(|span| span.instance.clone_from(&instead));
                Fact::Spans(spans)
            })
            .collect();
        self.tell(facts);
    }

    /// Something happens; what is asked for is kept.
    pub fn send(&mut self, msg: Msg) -> &mut Journey {
        let mut effects = update(&mut self.model, msg);
        // What is looked at in pieces is looked at to its end, as the runtime does it.
        while effects.iter().any(|effect| matches!(effect, Effect::LookFurther)) {
            effects.retain(|effect| !matches!(effect, Effect::LookFurther));
            effects.extend(update(&mut self.model, Msg::LookFurther));
        }
        self.effects.extend(effects.into_iter().filter(|effect| !matches!(effect, Effect::Prefer(_))));
        self
    }

    /// Keys by their names, with blanks between: `d Enter C-r`.
    pub fn press(&mut self, keys: &str) -> &mut Journey {
        for key in keys.split_whitespace() {
            self.send(Msg::Input(Input::Key(key.parse().expect("a key of the tests"))));
        }
        self
    }

    /// Letters, one after the other.
    pub fn type_in(&mut self, text: &str) -> &mut Journey {
        for c in text.chars() {
            self.send(Msg::Input(Input::Key(Key::char(c))));
        }
        self
    }

    /// A paste.
    pub fn paste(&mut self, text: &str) -> &mut Journey {
        self.send(Msg::Input(Input::Paste(text.into())))
    }

    /// The mouse.
    pub fn mouse(&mut self, act: MouseAct, x: u16, y: u16) -> &mut Journey {
        let input = ui::located(&self.model, Input::Mouse(act, x, y));
        self.send(Msg::Input(input))
    }

    /// Facts come.
    pub fn tell(&mut self, facts: impl IntoIterator<Item = Fact>) -> &mut Journey {
        self.send(Msg::Facts(facts.into_iter().collect()))
    }

    /// The registry tells something.
    pub fn registry(&mut self, fact: RegistryFact) -> &mut Journey {
        self.tell([Fact::Registry(fact)])
    }

    /// Time goes on, told each second at the least.
    pub fn wait(&mut self, ms: i64) -> &mut Journey {
        let end = self.model.now.plus(ms);
        while self.model.now < end {
            let next = Moment(end.0.min(self.model.now.0 + 1_000));
            self.send(Msg::Tick(next));
        }
        self
    }

    /// The terminal has another size.
    pub fn size(&mut self, width: u16, height: u16) -> &mut Journey {
        self.send(Msg::Resized(width, height))
    }

    /// What is drawn now.
    pub fn buffer(&self) -> Buffer {
        let area = Rect::new(0, 0, self.model.size.0, self.model.size.1);
        let mut buffer = Buffer::empty(area);
        ui::view(&self.model, &self.theme, area, &mut buffer);
        buffer
    }

    /// The same as text.
    pub fn screen(&self) -> String {
        text(&self.buffer())
    }

    /// What is drawn reaches the terminal, and a person can read it.
    pub fn look(&mut self) -> String {
        let area = Rect::new(0, 0, self.model.size.0, self.model.size.1);
        if let Some(end) = ui::scroll_end(&self.model, &self.theme, area) {
            self.send(Msg::ScrollEnd(end));
        }
        let screen = self.screen();
        let now = self.model.now;
        self.send(Msg::Drawn(now));
        screen
    }

    /// Takes what was asked for since the last time.
    pub fn asked(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// The one question for a plan that was asked.
    pub fn asked_plan(&mut self) -> (u64, Target, Op) {
        match self.asked().as_slice() {
            [Effect::Plan(number, target, op, _)] => (*number, target.clone(), *op),
            other => panic!("not one question for a plan: {other:?}"),
        }
    }

    /// Goes to an instance by its name, on the balancer.
    pub fn go_to(&mut self, target: &str) -> &mut Journey {
        self.press("2 :").type_in(&format!("goto {target}")).press("Enter")
    }

    /// Whether the words stand on the screen.
    #[track_caller]
    pub fn shows(&mut self, words: &str) -> &mut Journey {
        let screen = self.screen();
        assert!(screen.contains(words), "`{words}` is not on the screen:\n{screen}");
        self
    }

    /// Whether the words do not stand on the screen.
    #[track_caller]
    pub fn shows_no(&mut self, words: &str) -> &mut Journey {
        let screen = self.screen();
        assert!(!screen.contains(words), "`{words}` is on the screen:\n{screen}");
        self
    }
}

/// A buffer as text, trailing blanks cut.
pub fn text(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut row = String::new();
        let mut covered = 0;
        for x in 0..buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            if covered == 0 {
                row.push_str(symbol);
                covered = unicode_width::UnicodeWidthStr::width(symbol);
            }
            covered = covered.saturating_sub(1);
        }
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out
}

/// What the registry would draft for an instance of the seed's layout whose znode holds this weight.
pub fn draft(target: &Target, op: Op, weight: i64) -> Draft {
    assert_eq!(target.service.layout, Layout::SEED, "this draft is for the seed's layout");
    let path = target.paths.first().expect("a znode").clone();
    let before = Some(weight.to_string().into_bytes().into());
    let (kind, after) = match op {
        Op::Drain => (WriteKind::Set, Some(b"0".as_slice().into())),
        Op::Undrain | Op::Undo => (WriteKind::Set, Some(b"10".as_slice().into())),
        Op::Weight(number) => (WriteKind::Set, Some(number.to_string().into_bytes().into())),
        Op::Deregister => (WriteKind::Delete, None),
    };
    let address = target.address.as_ref().map_or(String::new(), |a| a.text().to_owned());
    let intent = matches!(op, Op::Drain).then(|| shop::intent(&address, shop::BEGIN));
    let keep = intent.as_ref().map(|intent| Write {
        kind: WriteKind::Create,
        path: intent.znode().into(),
        before: None,
        after: Some(intent.bytes().into()),
        version: None,
    });
    let mut writes = vec![Write { kind, path, before, after, version: Some(0) }];
    writes.extend(keep);
    let undo_of = (op == Op::Undo).then(|| "7".into());
    let notice = "Callers that watch data: at once.";
    Draft { intent, undo_of, ..Draft::new(op, target.clone(), writes, Durability::UntilNewSession, notice) }
}

/// A plan that cannot be.
pub fn refusal(why: &str) -> Refusal {
    Refusal::new(why)
}

/// How a write ended.
pub fn receipt(outcome: Outcome) -> Receipt {
    Receipt { outcome, detail: None, verified_ms: Some(12) }
}
