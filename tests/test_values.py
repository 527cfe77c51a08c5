"""What is known of values: three-valued facts, joins, what they rest on."""

from __future__ import annotations

from collections.abc import Hashable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statelint.values import (
    FALSE,
    MAX_OPTIONS,
    NONE,
    TRUE,
    Choice,
    Known,
    Reason,
    Ternary,
    Unknown,
    Value,
    assumptions,
    depending_on,
    holds,
    is_,
    join,
    number,
    options,
    unknown,
    varies,
)

knowns = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.text("ab", max_size=2)).map(Known)
unknowns = st.builds(lambda key: unknown(Reason.PARAMETER, key=("name", key)), st.text("ab", max_size=1))
values = st.recursive(st.one_of(knowns, unknowns), lambda inner: st.builds(join, inner, inner), max_leaves=6)


@pytest.mark.parametrize("fact", Ternary)
def test_a_ternary_has_no_truth_value(fact: Ternary) -> None:
    with pytest.raises(TypeError, match="no truth value"):
        bool(fact)
    with pytest.raises(TypeError, match="no truth value"):
        assert not fact


def test_ternary_logic() -> None:
    no, perhaps, yes = Ternary.NO, Ternary.UNKNOWN, Ternary.YES
    assert [fact.negated() for fact in (no, perhaps, yes)] == [yes, perhaps, no]
    assert yes.both(perhaps) is perhaps
    assert no.both(perhaps) is no
    assert yes.either(perhaps) is yes
    assert no.either(perhaps) is perhaps
    assert (Ternary.of(True), Ternary.of(False)) == (yes, no)


@given(st.sampled_from(Ternary), st.sampled_from(Ternary))
def test_both_and_either_are_dual(one: Ternary, other: Ternary) -> None:
    assert one.both(other) is one.negated().either(other.negated()).negated()


@pytest.mark.parametrize(
    ("value", "constant", "fact"),
    [
        (TRUE, True, Ternary.YES),
        (FALSE, True, Ternary.NO),
        (Known(1), True, Ternary.NO),
        (NONE, None, Ternary.YES),
        (Known(0), None, Ternary.NO),
        (Choice((TRUE, FALSE)), True, Ternary.UNKNOWN),
        (Choice((Known(1), Known(2))), True, Ternary.NO),
        (unknown(Reason.PARAMETER), True, Ternary.UNKNOWN),
    ],
)
def test_a_value_is_a_constant_of_its_type(value: Value, constant: Hashable, fact: Ternary) -> None:
    assert is_(value, constant) is fact


def test_a_predicate_holds_only_where_it_does_for_all_options() -> None:
    sizes = Choice((Known(2), Known(4)))
    assert holds(sizes, lambda v: isinstance(v, int) and v % 2 == 0) is Ternary.YES
    assert holds(sizes, lambda v: isinstance(v, int) and v > 2) is Ternary.UNKNOWN
    assert holds(sizes, lambda v: v is None) is Ternary.NO


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Known(3), 3),
        (Known(3.0), 3),
        (Known(2.5), None),
        (TRUE, None),
        (NONE, None),
        (None, None),
        (Choice((Known(1), Known(2))), None),
        (unknown(Reason.LOOP), None),
    ],
)
def test_number(value: Value | None, expected: int | None) -> None:
    assert number(value) == expected


def test_a_join_keeps_a_few_options() -> None:
    value: Value = Known(0)
    for n in range(1, MAX_OPTIONS):
        value = join(value, Known(n))
    assert [option.value for option in options(value)] == list(range(MAX_OPTIONS))
    assert join(value, Known(0)).key == value.key
    beyond = join(value, Known(MAX_OPTIONS))
    assert isinstance(beyond, Unknown) and beyond.reason is Reason.BRANCHES


def test_a_join_tells_types_apart() -> None:
    assert len(options(join(Known(1), TRUE))) == 2
    assert len(options(join(Known(0), FALSE))) == 2


@given(values, values)
def test_join_holds_both_sides(one: Value, other: Value) -> None:
    joined = join(one, other)
    back = join(other, one)
    assert {o.key for o in options(joined)} == {o.key for o in options(back)}
    if not isinstance(joined, Unknown):
        assert {o.key for o in (*options(one), *options(other))} == {o.key for o in options(joined)}
    for fact in (is_(one, 1), is_(other, 1)):
        assert is_(joined, 1) in (fact, Ternary.UNKNOWN)


@given(values)
def test_join_with_itself_changes_nothing(value: Value) -> None:
    assert join(value, value) is value


def test_what_a_value_rests_on_is_no_part_of_its_identity() -> None:
    given_value, assumed = Known(32), Known(32, ("batch keeps its default 32",))
    assert given_value.key == assumed.key
    joined = join(given_value, assumed)
    assert isinstance(joined, Known)
    assert joined.assuming == assumed.assuming


def test_depending_on_adds_up() -> None:
    one, other = Known(1, ("a",), frozenset({7})), Known(2, ("b", "a"))
    result = depending_on(Known(3), one, other)
    assert assumptions(result) == ("a", "b")
    assert varies(result) == {7}
    choice = depending_on(Choice((Known(1), Known(2))), other)
    assert all(option.assuming == ("b", "a") for option in options(choice))
    plain = Known(5)
    assert depending_on(plain, Known(1), unknown(Reason.LOOP)) is plain
    lost = unknown(Reason.LOOP)
    assert depending_on(lost, one) is lost


def test_assumptions_are_told_once() -> None:
    assert assumptions(Known(1, ("a",)), None, Choice((Known(2, ("b",)), Known(3, ("a",))))) == ("a", "b")


def test_unknown_values_are_equal_by_their_key_alone() -> None:
    assert unknown(Reason.PARAMETER).key != unknown(Reason.PARAMETER).key
    same = (
        unknown(Reason.PARAMETER, "a.py:1:1", ("name", "x")),
        unknown(Reason.LOOP, "a.py:2:1", ("name", "x")),
    )
    assert same[0].key == same[1].key
    assert join(*same) is same[0]
