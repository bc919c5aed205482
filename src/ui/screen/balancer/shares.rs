//! The share of a service's calls that each instance was seen to take, over two minutes: a graph for each, all to one
//! scale. Only where traces tell instances apart.
//!
//! ```text
//! ─ Share seen ─────────────────────────── height = share of orders' traffic ─
//!  instance        -2 min                                      now   due  seen
//!  10.0.0.4:5002   ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄  43 %  42 %
//! ```

use ratatui::layout::Rect;

use crate::{
    app::{Model, rows::Row},
    domain::{fit, show, text::Shown},
    insight::{share, status},
    store::traffic::Calls,
    theme::Role,
    ui::{
        screen::instances,
        widget::{
            canvas::Canvas,
            graph::spark,
            phrase::Phrase,
            rule::{Rule, rule},
        },
    },
};

/// Instances shown at most.
const MOST: usize = 8;
/// Cells of two seconds that make one value.
const JOINED: usize = 5;
/// The columns of the name, and of the numbers.
const NAME: u16 = 22;
const NUMBERS: u16 = 14;

/// Draws it at the top of `area` if there is room for it besides `besides` rows; the rows that it took.
pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, besides: u16) -> u16 {
    let Some(Row::Service(id) | Row::Instance(id, _)) = model.rows.all.get(model.cursor.at) else { return 0 };
    let traffic = &model.world.traffic;
    let (Some(service), Some(all)) = (model.world.registry.service(id), traffic.service_cells(&id.name)) else {
        return 0;
    };
    let total = share::total(service);
    let known: Vec<_> = service
        .slots
        .values()
        .take(MOST)
        .map(|slot| status::instance(&model.world, service, slot, total))
        .filter_map(|view| Some((share::seen(&model.world, view.slot, view.id.as_ref())?, view)))
        .collect();
    let rows = u16::try_from(known.len()).unwrap_or(u16::MAX).saturating_add(3);
    let graph = area.width.saturating_sub(NAME + NUMBERS + 4);
    if known.len() < 2 || graph < 24 || rows + besides > area.height {
        return 0;
    }
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let of = format!("height = share of {}' traffic", model.cluster.short(&id.name));
    rule(canvas, area, &Rule { name: "Share seen".into(), summary: Phrase::of(of, muted), ..Rule::default() });
    let (x, right) = (area.x + 2 + NAME, area.x + 2 + NAME + graph);
    canvas.put(area.x + 2, area.y + 1, NAME, "instance", muted);
    canvas.put(x, area.y + 1, 7, "-2 min", muted);
    canvas.put(right - 3, area.y + 1, 3, "now", muted);
    canvas.put(right + 1, area.y + 1, NUMBERS, "   due   seen", muted);
    let here = matches!(model.rows.all.get(model.cursor.at), Some(Row::Instance(_, key)) if known.iter().any(|(_, view)| view.slot.key == *key));
    for (n, (seen, view)) in known.iter().enumerate() {
        let y = area.y + 2 + n as u16;
        let on =
            here && matches!(model.rows.all.get(model.cursor.at), Some(Row::Instance(_, key)) if view.slot.key == *key);
        let name = fit::address(Shown::new(view.slot.name()), false, usize::from(NAME - 2));
        canvas.put(area.x + 2, y, NAME - 1, &name, if on { canvas.style(Role::Strong) } else { text });
        let own = view.id.as_ref().and_then(|id| traffic.instance_cells(id));
        let values = own.map(|own| shares(&own, &all)).unwrap_or_default();
        // Each value is as many cells wide as there are for it.
        let each = usize::from(graph) / (all.len() / JOINED).max(1);
        let wide: Vec<Option<f64>> = values.iter().flat_map(|v| std::iter::repeat_n(*v, each.max(1))).collect();
        let style = canvas.style(if on { Role::Focus } else { Role::Bar });
        spark(canvas, (x, y, graph), &wide, 1.0 / known.len() as f64, |_| style);
        let due = instances::due(model, id, &view.slot.key, view.due);
        let whole = instances::shares(model, id, &view.slot.key).seen.unwrap_or((seen * 100.0).round() as u8);
        let numbers = Phrase::of(format!("{due:>6}"), muted).with(format!("{:>7}", show::share(whole)), text);
        canvas.phrase(right + 1, y, NUMBERS, &numbers);
    }
    rows
}

/// The share of an instance in each ten seconds, oldest first; `None` where nobody called the service.
fn shares(own: &[Calls], all: &[Calls]) -> Vec<Option<f64>> {
    // What is still going on would look like a fall.
    let done = all.len().saturating_sub(1);
    let sum = |part: &[Calls]| part.iter().map(|c| f64::from(c.calls)).sum::<f64>();
    let parts = own[..done].rchunks(JOINED).zip(all[..done].rchunks(JOINED));
    let mut values: Vec<_> = parts.map(|(own, all)| (sum(all) > 0.0).then(|| sum(own) / sum(all))).collect();
    values.reverse();
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_of_what_the_service_was_called_and_silence_is_a_gap() {
        let calls = |n: u32| Calls { calls: n, errors: 0 };
        let all = [vec![calls(0); 5], vec![calls(10); 5], vec![calls(99)]].concat();
        let own = [vec![calls(0); 5], vec![calls(4); 5], vec![calls(0)]].concat();
        assert_eq!(shares(&own, &all), [None, Some(0.4)]);
    }
}
