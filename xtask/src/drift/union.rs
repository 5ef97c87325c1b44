//! The members of a union: by the value of their tag where there is one, stated or not, else by their shape.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Document, entries};
use super::flat::{Flat, flatten};
use super::schema::{Kind, Node, Shape};

/// How deep unions of unions are looked into for a tag.
const DEPTH: usize = 3;
/// How many members are asked for a tag that nothing states.
const GUESSED: usize = 1_000;

/// Members by the value of their tag.
pub(crate) type ByTag<'a> = BTreeMap<String, Node<'a>>;

/// How the members of the same union in two documents are told apart.
pub(crate) enum Matched<'a> {
    /// By this field.
    Tag {
        tag: String,
        old: ByTag<'a>,
        new: ByTag<'a>,
    },
    /// By a field, but not the same in both, or in one of them only.
    Differently { old: String, new: String },
    /// By no field.
    Shape,
}

/// One side of a union.
#[derive(Clone, Copy)]
pub(crate) struct Side<'d, 'a> {
    pub(crate) document: &'a Document,
    pub(crate) shape: &'d Shape<'a>,
}

impl<'a> Side<'_, 'a> {
    fn stated(&self) -> Option<&'a str> {
        self.shape.discriminator?.get("propertyName")?.as_str()
    }

    /// A field that is an enum of one value in every member; the one that tells most of them apart.
    fn guessed(&self) -> Option<String> {
        let first = self.shape.members.first()?;
        if self.shape.members.len() > GUESSED {
            return None;
        }
        let shape = Shape::of(&flatten(self.document, first));
        let candidates = shape.fields.keys().filter_map(|name| {
            let mut told = BTreeSet::new();
            for member in &self.shape.members {
                let values = tag_values(self.document, member, name, DEPTH);
                if values.len() != 1 {
                    return None;
                }
                told.extend(values);
            }
            (told.len() > 1).then_some((told.len(), std::cmp::Reverse(*name)))
        });
        candidates.max().map(|(_, name)| name.0.to_owned())
    }

    /// All members by this tag; none if one of them has no value for it.
    fn by(&self, tag: &str) -> Option<ByTag<'a>> {
        let mut members: BTreeMap<String, Vec<Node>> = BTreeMap::new();
        for member in &self.shape.members {
            let mut values = tag_values(self.document, member, tag, DEPTH);
            if values.is_empty() && self.stated() == Some(tag) {
                values = self.mapped(&flatten(self.document, member));
            }
            if values.is_empty() {
                return None;
            }
            for value in values {
                members.entry(value).or_default().push(member.clone());
            }
        }
        let alone = |mut nodes: Vec<Node<'a>>| match nodes.len() {
            1 => nodes.swap_remove(0),
            _ => Node {
                group: nodes,
                ..Node::default()
            },
        };
        Some(
            members
                .into_iter()
                .map(|(value, nodes)| (value, alone(nodes)))
                .collect(),
        )
    }

    /// The values that the mapping gives a component, else its name.
    fn mapped(&self, flat: &Flat) -> BTreeSet<String> {
        let mapping = self
            .shape
            .discriminator
            .and_then(|discriminator| discriminator.get("mapping"));
        let named = entries(mapping).filter(|(_, target)| {
            let target = target.as_str();
            target.is_some() && (target == flat.identity || target == flat.name())
        });
        let values: BTreeSet<String> = named.map(|(value, _)| value.to_owned()).collect();
        if values.is_empty() {
            return flat.name().map(str::to_owned).into_iter().collect();
        }
        values
    }
}

/// The values that a field has in a member, if they are listed; in a union, those that its members have.
fn tag_values(document: &Document, node: &Node, tag: &str, depth: usize) -> BTreeSet<String> {
    let flat = flatten(document, node);
    let shape = Shape::of(&flat);
    if let Some(field) = shape.fields.get(tag) {
        let flat = flatten(document, field);
        return Shape::of(&flat).values;
    }
    if shape.kind != Kind::Union || depth == 0 {
        return BTreeSet::new();
    }
    let mut all = BTreeSet::new();
    for member in &shape.members {
        let values = tag_values(document, member, tag, depth - 1);
        if values.is_empty() {
            return BTreeSet::new();
        }
        all.extend(values);
    }
    all
}

/// Finds what tells the members of two unions apart.
pub(crate) fn matched<'a>(old: Side<'_, 'a>, new: Side<'_, 'a>) -> Matched<'a> {
    if let (Some(one), Some(other)) = (old.stated(), new.stated())
        && one != other
    {
        return Matched::Differently {
            old: one.to_owned(),
            new: other.to_owned(),
        };
    }
    let stated = old.stated().or(new.stated()).map(str::to_owned);
    let candidates = [stated.clone(), old.guessed(), new.guessed()];
    for tag in candidates.iter().flatten() {
        if let (Some(old), Some(new)) = (old.by(tag), new.by(tag)) {
            return Matched::Tag {
                tag: tag.clone(),
                old,
                new,
            };
        }
    }
    let told = |side: Side, guessed: &Option<String>| match side.stated() {
        Some(tag) => tag.to_owned(),
        None => guessed.clone().unwrap_or_default(),
    };
    let (one, other) = (told(old, &candidates[1]), told(new, &candidates[2]));
    if one == other {
        Matched::Shape
    } else {
        Matched::Differently { old: one, new: other }
    }
}

/// Pairs the members of unions without a tag: the same component first, then the same fields, then the same sort.
pub(crate) fn paired<'a>(old: Side<'_, 'a>, new: Side<'_, 'a>) -> Pairs<'a> {
    let described = |side: Side<'_, 'a>| -> Vec<(Node<'a>, [String; 3])> {
        let members = side.shape.members.iter().map(|member| {
            let flat = flatten(side.document, member);
            let shape = Shape::of(&flat);
            let kind = shape.kind.name().to_owned();
            let fields: Vec<&str> = shape.fields.keys().copied().collect();
            let name = flat.name().unwrap_or_default().to_owned();
            (member.clone(), [name, format!("{kind} {}", fields.join(" ")), kind])
        });
        members.collect()
    };
    let (mut olds, mut news) = (described(old), described(new));
    let mut both = Vec::new();
    for key in 0..3 {
        let mut left = Vec::new();
        for (node, keys) in olds {
            let found = news
                .iter()
                .position(|(_, other)| !keys[key].is_empty() && other[key] == keys[key]);
            match found {
                Some(index) => both.push((node, news.remove(index).0, keys[2].clone())),
                None => left.push((node, keys)),
            }
        }
        olds = left;
    }
    let label = |(_, [name, _, kind]): (Node<'a>, [String; 3])| if name.is_empty() { kind } else { name };
    Pairs {
        both,
        removed: olds.into_iter().map(label).collect(),
        added: news.into_iter().map(label).collect(),
    }
}

/// Members of two unions without a tag.
pub(crate) struct Pairs<'a> {
    /// Those in both, with the name of their sort.
    pub(crate) both: Vec<(Node<'a>, Node<'a>, String)>,
    /// The names of those that are gone.
    pub(crate) removed: Vec<String>,
    /// The names of those that came.
    pub(crate) added: Vec<String>,
}

/// Whether a union has a member that is of this sort and nothing more.
pub(crate) fn has_plain(document: &Document, shape: &Shape, kind: Kind) -> bool {
    let is_plain = !matches!(kind, Kind::Object | Kind::Union | Kind::List | Kind::Map);
    is_plain
        && shape
            .members
            .iter()
            .any(|member| Shape::of(&flatten(document, member)).kind == kind)
}
