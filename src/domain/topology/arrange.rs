//! A fresh layout: layers by distance from where requests come in, rows by pulling neighbours together. Deterministic,
//! survives cycles, bounded.

use std::collections::VecDeque;

use super::Graph;

/// How often each layer is gone through to pull neighbours together.
const SWEEPS: usize = 16;

/// The layer of each service: how many calls it is away from the nearest entrance. Entrances are who nobody calls; in a
/// ring without any, whoever calls most compared to how often it is called.
pub(super) fn layers(graph: &Graph) -> Vec<u16> {
    let n = graph.names.len();
    let mut callees = vec![Vec::new(); n];
    let (mut calls, mut called) = (vec![0_i64; n], vec![0_i64; n]);
    for (from, to) in &graph.calls {
        callees[*from].push(*to);
        calls[*from] += 1;
        called[*to] += 1;
    }
    let mut layers = vec![None; n];
    let mut queue: VecDeque<usize> = (0..n).filter(|i| called[*i] == 0).collect();
    queue.iter().for_each(|i| layers[*i] = Some(0_u16));
    loop {
        while let Some(from) = queue.pop_front() {
            let next = layers[from].unwrap_or(0).saturating_add(1);
            for to in &callees[from] {
                if layers[*to].is_none() {
                    layers[*to] = Some(next);
                    queue.push_back(*to);
                }
            }
        }
        let rest = (0..n).filter(|i| layers[*i].is_none());
        match rest.min_by_key(|i| (called[*i] - calls[*i], *i)) {
            Some(entrance) => {
                layers[entrance] = Some(0);
                queue.push_back(entrance);
            }
            None => return layers.into_iter().map(|layer| layer.unwrap_or(0)).collect(),
        }
    }
}

/// The row of each service that is drawn. Layers start in the order of names; then neighbours in a layer (and the free
/// places between them) change places as long as that makes the calls shorter.
pub(super) fn rows(graph: &Graph, layers: &[u16], drawn: &[bool]) -> Vec<Option<u16>> {
    let depth = layers.iter().max().map_or(0, |layer| usize::from(*layer) + 1);
    let mut columns: Vec<Vec<Option<usize>>> = vec![Vec::new(); depth];
    for node in (0..layers.len()).filter(|node| drawn[*node]) {
        columns[usize::from(layers[node])].push(Some(node));
    }
    let height = columns.iter().map(Vec::len).max().unwrap_or(0);
    let mut rows = vec![0_i64; layers.len()];
    for column in &mut columns {
        let above = (height - column.len()) / 2;
        column.splice(0..0, std::iter::repeat_n(None, above));
        column.resize(height, None);
        for (row, node) in column.iter().enumerate() {
            if let Some(node) = node {
                rows[*node] = row as i64;
            }
        }
    }
    let mut near = graph.neighbours();
    near.iter_mut().for_each(|near| near.retain(|node| drawn[*node]));
    for _ in 0..SWEEPS {
        let mut moved = false;
        for column in &mut columns {
            for upper in 0..height.saturating_sub(1) {
                moved |= swap_if_shorter(column, upper, &mut rows, &near, layers);
            }
        }
        if !moved {
            break;
        }
    }
    let row = |node: usize| drawn[node].then(|| u16::try_from(rows[node]).unwrap_or(u16::MAX));
    (0..layers.len()).map(row).collect()
}

fn swap_if_shorter(
    column: &mut [Option<usize>],
    upper: usize,
    rows: &mut [i64],
    near: &[Vec<usize>],
    layers: &[u16],
) -> bool {
    let pair = [column[upper], column[upper + 1]];
    let length = |rows: &[i64]| -> i64 {
        let all = pair.iter().flatten();
        all.flat_map(|node| near[*node].iter().map(|other| cost(*node, *other, rows, layers))).sum()
    };
    let before = length(rows);
    let place = |rows: &mut [i64], by: [usize; 2]| {
        for (node, row) in pair.into_iter().zip(by) {
            if let Some(node) = node {
                rows[node] = row as i64;
            }
        }
    };
    place(rows, [upper + 1, upper]);
    if length(rows) < before {
        column.swap(upper, upper + 1);
        return true;
    }
    place(rows, [upper, upper + 1]);
    false
}

/// How badly a call is drawn: the square of the rows between its ends. Within a layer ends should be neighbours.
fn cost(a: usize, b: usize, rows: &[i64], layers: &[u16]) -> i64 {
    let apart = (rows[a] - rows[b]).abs();
    if layers[a] == layers[b] { 3 * (apart - 1).pow(2) } else { apart.pow(2) }
}
