//! Pictures of the topology.

use ratatui::buffer::Buffer;

use super::*;
use crate::theme::{Depth, Glyphs, Palette, Theme};
use crate::ui::widget::canvas::tests::{drawn, drawn_in, poorest};

const UP: Mark = Mark::Up;
const TREND: [Option<f64>; 18] = [Some(4.0); 18];

pub fn node<'a>(
    canvas: &Canvas<'_>,
    name: &'a str,
    (layer, row): (u16, u16),
    marks: &'a [Mark],
    numbers: [&'a str; 2],
) -> Node<'a> {
    let text = canvas.style(Role::Text);
    Node {
        slot: Slot { layer, row },
        name: name.into(),
        marks,
        rate: Phrase::of(numbers[0], text),
        p95: Phrase::of(numbers[1], text),
        trend: &TREND,
        usual: 4.0,
        instances: &[],
        note: Phrase::new(),
        border: Role::Line2,
        quiet: false,
        selected: false,
        wanted: false,
    }
}

pub fn edge<'a>(canvas: &Canvas<'_>, from: usize, to: usize, line: Line, label: &'a str) -> Edge<'a> {
    let label = Phrase::of(label, canvas.style(role(line)));
    Edge { from, to, line, label, above: Phrase::new(), quiet: false, selected: false }
}

/// The demo shop in its incident.
fn shop(canvas: &mut Canvas<'_>, area: Rect) -> Drawn {
    let bad = canvas.bold(Role::Bad);
    let three = [UP; 3];
    let users = [UP, UP, Mark::Missing];
    let articles = [Mark::Drained, UP, UP];
    let payments = [UP, Mark::Slow];
    let mut nodes = [
        node(canvas, "gateway", (0, 1), &three[..2], ["412/s", "41 ms"]),
        node(canvas, "users", (1, 0), &users, ["157/s", "9 ms"]),
        node(canvas, "orders", (1, 1), &three, ["88/s", "64 ms"]),
        node(canvas, "articles", (1, 2), &articles, ["245/s", "18 ms"]),
        node(canvas, "payments", (2, 1), &payments, ["1/s", "1.9 s"]),
        node(canvas, "mailer", (2, 2), &three[..1], ["39 msg/s", "91 ms"]),
    ];
    nodes[4].border = Role::Bad;
    nodes[4].note = Phrase::of("17.7 % fail", bad);
    nodes[2].note = Phrase::of("2.7 % errors", bad);
    nodes[1].border = Role::Warn;
    nodes[1].note = Phrase::of("1 missing", bad);
    let mut edges = [
        edge(canvas, 0, 1, Line::Call, "118/s"),
        edge(canvas, 0, 2, Line::Call, "88/s"),
        edge(canvas, 0, 3, Line::Call, "206/s"),
        edge(canvas, 2, 1, Line::Call, "39/s"),
        edge(canvas, 2, 3, Line::Call, "39/s"),
        edge(canvas, 2, 4, Line::Broken, "⊗ open"),
        edge(canvas, 2, 5, Line::Queue, "39/s queue"),
    ];
    edges[5].above = Phrase::of("was 39/s", bad);
    topology(canvas, area, &nodes, &edges, &[])
}

fn shop_at(width: u16, height: u16) -> String {
    framed(drawn(width, height, |canvas| {
        shop(canvas, Rect::new(0, 0, width, height));
    }))
}

/// With an edge at the left, so that a snapshot keeps its blanks.
fn framed(text: String) -> String {
    text.lines().map(|line| format!(":{line}\n")).collect()
}

#[test]
fn cards_where_there_is_room() {
    insta::assert_snapshot!(shop_at(85, 20), @r#"
    :
    :                                ╭─ users ─── ●●◌ ─╮
    :                     ╭─ 118/s ─►│ 157/s      9 ms │
    :                     │          │ ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ │
    :                     │          ╰─ 1 missing ─────╯
    :                     │                     ▲
    :                     │                     │ 39/s
    :                     │                     │
    : ╭─ gateway ── ●● ─╮ │          ╭─ orders ─┴ ●●● ─╮  was 39/s  ┏━ payments ━ ●◐ ━┓
    : │ 412/s     41 ms ├─┼── 88/s ─►│ 88/s      64 ms ┝━━ ⊗ open ━►┃ 1/s       1.9 s ┃
    : │ ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ │ │          │ ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ ├╌╮          ┃ ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ ┃
    : ╰─────────────────╯ │          ╰─ 2.7 % errors ──╯ ┆          ┗━ 17.7 % fail ━━━┛
    :                     │                     │        ┆
    :                     │                     │ 39/s   ┆ 39/s queue
    :                     │                     ▼        ┆
    :                     │          ╭─ articles  ◇●● ─╮ ┆          ╭─ mailer ──── ● ─╮
    :                     ╰─ 206/s ─►│ 245/s     18 ms │ ╰╌╌╌╌╌╌╌╌╌►│ 39 msg/s  91 ms │
    :                                │ ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ │            │ ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ │
    :                                ╰─────────────────╯            ╰─────────────────╯
    "#);
}

#[test]
fn names_where_there_is_less() {
    insta::assert_snapshot!(shop_at(62, 8), @r#"
    :
    :              ╭─ 118/s ► users ●●◌
    :              │                         was 39/s
    : gateway ●●  ─┼─ 88/s ─► orders ●●● ━━━━ ⊗ open ► payments ●◐
    :              │                        ┆ 39/s queue
    :              ╰─ 206/s ► articles ◇●●  ╰╌╌╌╌╌╌╌╌► mailer ●
    : orders ▸ users 39/s, orders ▸ articles 39/s
    "#);
    insta::assert_snapshot!(shop_at(62, 4), @r#"
    :
    :              ╭─ 118/s ► users ●●◌      was 39/s
    : gateway ●●  ─┼─ 88/s ─► orders ●●● ━━━━ ⊗ open ► payments ●◐
    :              ╰─ 206/s ► articles ◇●●  ╰╌╌╌╌╌╌╌╌► mailer ●
    "#);
    insta::assert_snapshot!(shop_at(38, 6), @r#"
    :
    :              ╭─► users ●●◌
    : gateway ●●  ─┼─► orders ●●● ━━━━━►
    :              ╰─► articles ◇●●  ╰╌►
    : off the screen: payments, mailer
    : gateway ▸ users 118/s, gateway ▸ or…
    "#);
}

#[test]
fn the_same_in_ascii() {
    let text = drawn_in(&poorest(), 94, 20, |canvas| {
        shop(canvas, Rect::new(0, 0, 94, 20));
    });
    insta::assert_snapshot!(framed(text), @r#"
    :
    :                                    +- users --- oom -+
    :                     +--- 118/s --->| 157/s      9 ms |
    :                     |              | =============== |
    :                     |              +- 1 missing -----+
    :                     |                         ^
    :                     |                         | 39/s
    :                     |                         |
    : +- gateway -- oo -+ |              +- orders -+ ooo -+    was 39/s    #= payments = o% =#
    : | 412/s     41 ms +-+---- 88/s --->| 88/s      64 ms +==== O open ===># 1/s       1.9 s #
    : | =============== | |              | =============== +~+              # =============== #
    : +-----------------+ |              +- 2.7 % errors --+ :              #= 17.7 % fail ===#
    :                     |                         |        :
    :                     |                         | 39/s   :
    :                     |                         v        :
    :                     |              +- articles  Doo -+ :              +- mailer ---- o -+
    :                     +--- 206/s --->| 245/s     18 ms | +~ 39/s queue >| 39 msg/s  91 ms |
    :                                    | =============== |                | =============== |
    :                                    +-----------------+                +-----------------+
    "#);
}

#[test]
fn every_theme_and_step_of_the_ladder_tells_the_same() {
    let wanted = shop_at(85, 20);
    for name in Palette::names() {
        let palette = Palette::shipped(name).expect("shipped");
        for depth in [Depth::True, Depth::Indexed, Depth::Sixteen, Depth::None] {
            let text = drawn_in(&Theme::new(&palette, depth, Glyphs::Unicode), 85, 20, |canvas| {
                shop(canvas, Rect::new(0, 0, 85, 20));
            });
            assert_eq!(framed(text), wanted, "{name}, {depth:?}");
        }
    }
}

#[test]
fn calls_back_around_and_past_layers_keep_clear_of_text() {
    let text = drawn(96, 26, |canvas| {
        let marks = [UP];
        let nodes = [
            node(canvas, "gateway", (0, 1), &marks, ["1/s", "1 ms"]),
            node(canvas, "users", (1, 0), &marks, ["2/s", "2 ms"]),
            node(canvas, "orders", (1, 1), &marks, ["3/s", "3 ms"]),
            node(canvas, "articles", (1, 2), &marks, ["4/s", "4 ms"]),
            node(canvas, "mailer", (2, 2), &marks, ["5/s", "5 ms"]),
        ];
        let edges = [
            edge(canvas, 0, 1, Line::Call, "118/s"),
            edge(canvas, 0, 2, Line::Call, "88/s"),
            edge(canvas, 2, 3, Line::Call, "39/s"),
            edge(canvas, 2, 4, Line::Queue, "39/s queue"),
            edge(canvas, 4, 1, Line::Undeclared, "‹1/s not declared"),
            edge(canvas, 0, 4, Line::Declared, "no call in 24 h"),
            edge(canvas, 3, 1, Line::Call, "7/s"),
            edge(canvas, 4, 4, Line::Call, "itself"),
        ];
        topology(canvas, Rect::new(0, 0, 96, 26), &nodes, &edges, &[]);
    });
    insta::assert_snapshot!(framed(text), @r#"
    :
    :                                     ╭─ users ───── ● ─╮
    :                     ╭──── 118/s ───►│ 2/s        2 ms │◄╮
    :                     │               │ ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ │◄═════════ ‹1/s not declared ════════╗
    :                     │               ╰─────────────────╯ │                                   ║
    :                     │                                   │                                   ║
    :                     │                                   │                                   ║
    :                     │                                   │                                   ║
    : ╭─ gateway ─── ● ─╮ │               ╭─ orders ──── ● ─╮ │ 7/s                               ║
    : │ 1/s        1 ms ├─┴──── 88/s ────►│ 3/s        3 ms ├╌┼╮                                  ║
    : │ ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ ├···              │ ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ │ │┆                                  ║
    : ╰─────────────────╯  ·              ╰──────────┬──────╯ │┆                                  ║
    :                      ·                         │        │┆                                  ║
    :                      ·                         │ 39/s   │┆                                  ║
    :                      ··························▼········┼┼· no call in 24 h                 ║
    :                                     ╭─ articles ── ● ─╮ │┆·             ╭─ mailer ──── ● ─╮ ║
    :                                     │ 4/s        4 ms ├─╯┆·············►│ 5/s        5 ms ╞═╝
    :                                     │ ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ │  ╰╌ 39/s queue ►│ ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ │
    :                                     ╰─────────────────╯                 ╰─────────────────╯
    : mailer ▸ mailer itself
    :
    :
    :
    :
    :
    "#);
}

#[test]
fn many_services_are_small_cards_with_folds_below() {
    let text = drawn(84, 16, |canvas| {
        let many = [UP; 8];
        let lost = [Mark::DrainLost, UP, UP];
        let mut nodes = [
            node(canvas, "web-bff", (0, 0), &many, ["4.1k/s", "52 ms"]),
            node(canvas, "partner-api", (0, 1), &many[..4], ["310/s", "61 ms"]),
            node(canvas, "checkout", (1, 0), &lost, ["140/s", "2.1 s"]),
            node(canvas, "stock", (1, 1), &lost, ["610/s", "21 ms"]),
        ];
        nodes[2].border = Role::Bad;
        let edges = [
            edge(canvas, 0, 2, Line::Call, ""),
            edge(canvas, 0, 3, Line::Call, ""),
            edge(canvas, 1, 3, Line::Call, ""),
        ];
        let fold = |layer, name: &'static str| Fold { layer, name: name.into(), services: 6, instances: 48 };
        let folds = [fold(0, "search-*"), fold(0, "content-*"), fold(1, "catalog-*"), fold(9, "nowhere-*")];
        topology(canvas, Rect::new(0, 0, 84, 15), &nodes, &edges, &folds);
        legend(canvas, 1, 15, 80, true);
    });
    insta::assert_snapshot!(framed(text), @r#"
    :
    : ╭─ web-bff ─────── ●×8 ─╮                            ┏━ checkout  ◆●● ━┓
    : │ 4.1k/s          52 ms ├─┬─────────────────────────►┃ 140/s     2.1 s ┃
    : │    ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ │ │                          ┃ ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ ┃
    : ╰───────────────────────╯ │                          ┗━━━━━━━━━━━━━━━━━┛
    :                           │
    :                           │
    : ╭─ partner-api ── ●●●● ─╮ │                          ╭─ stock ─── ◆●● ─╮
    : │ 310/s           61 ms ├─┼─────────────────────────►│ 610/s     21 ms │
    : │    ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ │ ╰─────────────────────────►│ ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ │
    : ╰───────────────────────╯                            ╰─────────────────╯
    :
    : ▸ search-*       6 ●   48                            ▸ catalog-*     6 ●   48
    : ▸ content-*      6 ●   48
    :
    : ── declared and seen  ╌╌ queue  ·· declared, never seen  ══ seen, not declared
    "#);
}

#[test]
fn full_cards_show_their_instances() {
    let text = drawn(90, 16, |canvas| {
        let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
        let line = |address: &'static str, rate: &'static str| {
            (Phrase::of("● ", text).with(address, muted), Phrase::of(rate, muted))
        };
        let two = [line("10.0.0.2:8080", "207/s"), line("10.0.0.3:8080", "205/s")];
        let many: Vec<_> = (0..10).map(|_| line("10.0.0.4:5002", "37/s")).collect();
        let mut nodes = [
            node(canvas, "gateway", (0, 0), &[UP; 2], ["412/s", "41 ms"]),
            node(canvas, "orders", (1, 0), &[UP; 3], ["88/s", "64 ms"]),
        ];
        nodes[0].instances = &two;
        nodes[1].instances = &many;
        nodes[1].selected = true;
        let mut edges = [
            edge(canvas, 0, 1, Line::Broken, "⊗ open"),
            edge(canvas, 1, 0, Line::Undeclared, "‹1/s seen, not declared"),
        ];
        edges[0].selected = true;
        topology(canvas, Rect::new(0, 0, 90, 16), &nodes, &edges, &[]);
    });
    insta::assert_snapshot!(framed(text), @r#"
    :                              ╔═══════════════════════════════════════════════════════╗
    : ╭─ gateway ────────────────╮ ║ ‹1/s seen, not declared  ╭─ orders ─────────────────╮ ║
    : │ 412/s              41 ms ┝━━━━━━━━━━━ ⊗ open ━━━━━━━━►│ 88/s               64 ms ╞═╝
    : │ ● 10.0.0.2:8080    207/s │◄╝                          │ ● 10.0.0.4:5002     37/s │
    : │ ● 10.0.0.3:8080    205/s │                            │ ● 10.0.0.4:5002     37/s │
    : ╰──────────────────────────╯                            │ ● 10.0.0.4:5002     37/s │
    :                                                         │ ● 10.0.0.4:5002     37/s │
    :                                                         │ ● 10.0.0.4:5002     37/s │
    :                                                         │ ● 10.0.0.4:5002     37/s │
    :                                                         │ ● 10.0.0.4:5002     37/s │
    :                                                         │ 3 more                   │
    :                                                         ╰──────────────────────────╯
    :
    :
    :
    "#);
}

#[test]
fn what_is_drawn_can_be_pointed_at() {
    let theme = Theme::default();
    let mut buffer = Buffer::empty(Rect::new(0, 0, 94, 20));
    let drawn = shop(&mut Canvas::new(&theme, &mut buffer), Rect::new(0, 0, 94, 20));
    assert_eq!(drawn.nodes.len(), 6);
    assert_eq!((drawn.tier, drawn.untold.len()), (Some(Tier::Cards), 0));
    let (_, place) = drawn.nodes[3];
    assert_eq!((place.width > 10, place.height), (true, 4));
    let (edge, place) = drawn.labels[0];
    assert!(place.width > 4 && drawn.labels.iter().all(|(other, area)| *other == edge || !area.intersects(place)));
}

#[test]
fn names_in_narrow_room_keep_broken_and_queue_apart_and_the_rate_on_the_line() {
    let text = shop_at(62, 9);
    assert!(!text.contains("━┴╌") && !text.contains("━┬╌"), "the broken line runs into the queue\n{text}");
    assert!(text.contains("╌ 39/s") || text.contains("┆ 39/s"), "{text}");
    assert!(!text.contains("orders ▸ mailer"), "what the line says is not said again\n{text}");
}

#[test]
fn what_finds_no_room_above_a_line_is_said_all_the_same() {
    for size in [(160, 30), (85, 20), (62, 12), (48, 14)] {
        let text = shop_at(size.0, size.1);
        let said = text.replace(['\n', ':'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("was 39/s"), "{size:?}\n{text}");
    }
}

#[test]
fn what_is_off_the_screen_is_said() {
    let text = shop_at(30, 6);
    assert!(text.contains("off the screen: "), "{text}");
    for name in ["gateway", "users", "orders", "articles", "payments", "mailer"] {
        assert!(text.contains(name) || text.contains("off the screen: 2 services"), "{name} is not in\n{text}");
    }
    assert!(!shop_at(85, 20).contains("off the screen"));
}
