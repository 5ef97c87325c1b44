//! The walk through two documents: which schemas are compared, once a pair, and where their changes are told.
//!
//! Invariant: the walk is a queue, so that depth costs no stack; a pair of schemas that was seen before is counted, not compared
//! again; and no more than [`LIMIT`] pairs are looked at.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::document::Document;
use super::error::Error;
use super::flat::{Flat, flatten};
use super::place::{Place, clean};
use super::report::{Change, Report, Side};
use super::rule::{self, Pair, Rule};
use super::schema::{Kind, Node, Shape};
use super::{facts, operations, values};

/// How many pairs of schemas are looked at.
pub(crate) const LIMIT: usize = 500_000;

/// How many places of a change are told of.
const PLACES: usize = 1_000;
/// How deep nameless schemas are followed outwards to tell of their places.
const DEPTH: usize = 64;

/// Who writes a schema, and who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    /// The caller writes it.
    Request,
    /// The API writes it.
    Response,
}

impl Pair {
    fn of(self, direction: Direction) -> Rule {
        match direction {
            Direction::Request => self.request,
            Direction::Response => self.response,
        }
    }
}

/// Two schemas in the same place.
pub(crate) struct Edge<'a> {
    pub(crate) old: Node<'a>,
    pub(crate) new: Node<'a>,
    pub(crate) place: Place,
    pub(crate) direction: Direction,
    /// It may be left out in both.
    pub(crate) is_optional: bool,
    /// The tag by which it was found as the member of a union, which is not compared again.
    pub(crate) tag: Option<String>,
    /// What it stands in.
    pub(crate) parent: usize,
}

/// A schema on both sides, followed.
pub(crate) struct Both<'a> {
    pub(crate) old: Flat<'a>,
    pub(crate) new: Flat<'a>,
    pub(crate) old_shape: Shape<'a>,
    pub(crate) new_shape: Shape<'a>,
}

impl Both<'_> {
    /// The same component in both.
    pub(crate) fn is_same_component(&self) -> bool {
        self.old.name().is_some() && self.old.name() == self.new.name()
    }

    fn is_same_kind(&self) -> bool {
        self.old_shape.kind == self.new_shape.kind
    }
}

/// A pair that was compared.
struct Visited {
    place: Place,
    direction: Direction,
    /// Told of at a component, wherever that stands.
    is_component: bool,
    /// What it stands in, and where.
    edges: Vec<(usize, Place)>,
    operation: Option<String>,
    found: Vec<(Rule, String, String)>,
}

#[derive(PartialEq, Eq, Hash)]
struct Key<'a> {
    names: [Option<&'a str>; 2],
    contents: [u64; 2],
    direction: Direction,
    tag: Option<String>,
}

/// A comparison under way.
pub(crate) struct Comparison<'a> {
    pub(crate) old: &'a Document,
    pub(crate) new: &'a Document,
    visited: Vec<Visited>,
    seen: HashMap<Key<'a>, usize>,
    queue: VecDeque<Edge<'a>>,
}

/// Compares two documents.
pub(crate) fn compare(old: &Document, new: &Document) -> Result<Report, Error> {
    let mut comparison = Comparison {
        old,
        new,
        visited: Vec::new(),
        seen: HashMap::new(),
        queue: VecDeque::new(),
    };
    operations::compare(&mut comparison);
    let mut steps = 0;
    while let Some(edge) = comparison.queue.pop_front() {
        steps += 1;
        if steps > LIMIT {
            return Err(Error::TooComplex {
                old: old.name().to_owned(),
                new: new.name().to_owned(),
                limit: LIMIT,
            });
        }
        comparison.step(edge);
    }
    let side = |document: &Document| Side {
        file: document.name().to_owned(),
        version: document.version().to_owned(),
        operations: document.operations(),
    };
    let changes = comparison.changes();
    Ok(Report::new(side(old), side(new), changes))
}

impl<'a> Comparison<'a> {
    /// Both documents are in our form, so that names and formats stand for types in Rust.
    pub(crate) fn is_ours(&self) -> bool {
        self.old.is_ours() && self.new.is_ours()
    }

    /// Begins an operation; what is compared for it stands in it.
    pub(crate) fn operation(&mut self, label: &str) -> usize {
        self.visited.push(Visited {
            place: Place::new(clean(label)),
            direction: Direction::Request,
            is_component: false,
            edges: Vec::new(),
            operation: Some(clean(label)),
            found: Vec::new(),
        });
        self.visited.len() - 1
    }

    /// Compares two schemas later.
    pub(crate) fn enqueue(&mut self, edge: Edge<'a>) {
        self.queue.push_back(edge);
    }

    /// Notes a change of what stands at `id`.
    pub(crate) fn note(&mut self, id: usize, rule: Rule, place: impl ToString, detail: impl AsRef<str>) {
        self.visited[id]
            .found
            .push((rule, place.to_string(), clean(detail.as_ref())));
    }

    /// Notes a change by the rule of the direction.
    pub(crate) fn note_either(
        &mut self,
        id: usize,
        pair: Pair,
        direction: Direction,
        place: impl ToString,
        detail: impl AsRef<str>,
    ) {
        self.note(id, pair.of(direction), place, detail);
    }

    fn step(&mut self, edge: Edge<'a>) {
        let (old, new) = (flatten(self.old, &edge.old), flatten(self.new, &edge.new));
        let (old_shape, new_shape) = (Shape::of(&old), Shape::of(&new));
        let both = Both {
            old,
            new,
            old_shape,
            new_shape,
        };
        facts::compare_place(self, &edge, &both);
        let component = match (both.old.name(), both.new.name()) {
            (Some(name), other) if other == Some(name) => Some(name),
            (Some(name), None) | (None, Some(name)) if both.is_same_kind() && !self.is_ours() => Some(name),
            _ => None,
        };
        let Some(id) = self.visit(&edge, &both, component) else {
            return;
        };
        values::compare(self, id, &edge, &both);
    }

    /// The pair's number if it is new; a pair that was seen before gets one more place.
    fn visit(&mut self, edge: &Edge<'a>, both: &Both<'a>, component: Option<&str>) -> Option<usize> {
        let next = self.visited.len();
        if is_shared(both) {
            let key = Key {
                names: [both.old.identity, both.new.identity],
                contents: [both.old.fingerprint(), both.new.fingerprint()],
                direction: edge.direction,
                tag: edge.tag.clone(),
            };
            if let Some(known) = self.seen.get(&key) {
                self.visited[*known].edges.push((edge.parent, edge.place.clone()));
                return None;
            }
            self.seen.insert(key, next);
        }
        self.visited.push(Visited {
            place: component.map_or_else(|| edge.place.clone(), |name| Place::new(clean(name))),
            direction: edge.direction,
            is_component: component.is_some(),
            edges: vec![(edge.parent, edge.place.clone())],
            operation: None,
            found: Vec::new(),
        });
        Some(next)
    }

    /// Where the pair is told of.
    pub(crate) fn place(&self, id: usize) -> Place {
        self.visited[id].place.clone()
    }

    pub(crate) fn direction(&self, id: usize) -> Direction {
        self.visited[id].direction
    }

    fn changes(mut self) -> Vec<Change> {
        let found: Vec<_> = self
            .visited
            .iter_mut()
            .map(|visited| std::mem::take(&mut visited.found))
            .collect();
        let mut changes = Vec::new();
        for (id, found) in found.into_iter().enumerate() {
            if found.is_empty() {
                continue;
            }
            let operations = self.operations_of(id);
            let places: Vec<String> = self.places_of(id, 0).iter().map(ToString::to_string).collect();
            for (rule, place, detail) in found {
                changes.push(Change {
                    rule,
                    places: places.clone(),
                    place,
                    detail,
                    operations: operations.clone(),
                    allowed: false,
                });
            }
        }
        changes
    }

    /// Where a pair stands: in operations and components, not in what has no name and stands in several places itself.
    fn places_of(&self, id: usize, depth: usize) -> Vec<Place> {
        let mut places = Vec::new();
        for (parent, place) in &self.visited[id].edges {
            let holder = &self.visited[*parent];
            match place.below(&holder.place) {
                Some(step) if !holder.is_component && !holder.edges.is_empty() && depth < DEPTH => {
                    let holders = self.places_of(*parent, depth + 1);
                    places.extend(holders.iter().map(|holder| holder.then(step)));
                }
                _ => places.push(place.clone()),
            }
            if places.len() > PLACES {
                break;
            }
        }
        places
    }

    /// The operations that a pair was reached from.
    fn operations_of(&self, id: usize) -> Vec<String> {
        let mut reached = BTreeSet::from([id]);
        let mut rest = vec![id];
        while let Some(id) = rest.pop() {
            let parents = self.visited[id].edges.iter().map(|(parent, _)| *parent);
            rest.extend(parents.filter(|parent| reached.insert(*parent)));
        }
        let operations: BTreeSet<&String> = reached
            .iter()
            .filter_map(|id| self.visited[*id].operation.as_ref())
            .collect();
        operations.into_iter().cloned().collect()
    }
}

/// Whether the pair may stand in several places, or in itself. A text or a list without a name is only where it is.
fn is_shared(both: &Both) -> bool {
    let is_named = both.old.name().is_some() && both.new.name().is_some();
    let has_content = match both.old_shape.kind {
        Kind::Object | Kind::Union => true,
        Kind::Enum => both.old_shape.values.len() > 1 && both.new_shape.values.len() > 1,
        _ => both.old.referred || both.new.referred,
    };
    is_named || (both.is_same_kind() && has_content)
}

/// What both schemas are, where the rules of this module do not care.
pub(crate) fn type_rule(wider: bool, narrower: bool) -> Pair {
    match (wider, narrower) {
        (true, _) => rule::TYPE_WIDENED,
        (_, true) => rule::TYPE_NARROWED,
        _ => rule::TYPE_CHANGED,
    }
}
