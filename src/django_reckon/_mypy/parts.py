"""
What the nodes of mypy's trees are made of.

Its visitors cannot be subclassed where mypy is compiled, as its wheels are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy import nodes as n
from mypy import patterns as p

# kind -> attributes that hold nodes, or lists and tuples of them. Types are left out:
# nobody reads a field there; so are symbols, which lead out of the tree.
PARTS: Final[dict[type[n.Node], tuple[str, ...]]] = {
    n.Argument: ("initializer",),
    n.AssertStmt: ("expr", "msg"),
    n.AssertTypeExpr: ("expr",),
    n.AssignmentExpr: ("target", "value"),
    n.AssignmentStmt: ("lvalues", "rvalue"),
    n.AwaitExpr: ("expr",),
    n.Block: ("body",),
    n.CallExpr: ("callee", "args"),
    n.CastExpr: ("expr",),
    n.ClassDef: ("decorators", "defs"),
    n.ComparisonExpr: ("operands",),
    n.ConditionalExpr: ("cond", "if_expr", "else_expr"),
    n.Decorator: ("original_decorators", "func"),
    n.DelStmt: ("expr",),
    n.DictExpr: ("items",),
    n.DictionaryComprehension: ("indices", "sequences", "condlists", "key", "value"),
    n.ExpressionStmt: ("expr",),
    n.ForStmt: ("index", "expr", "body", "else_body"),
    n.FuncDef: ("arguments", "body"),
    n.GeneratorExpr: ("indices", "sequences", "condlists", "left_expr"),
    n.IfStmt: ("expr", "body", "else_body"),
    n.IndexExpr: ("base", "index"),
    n.LambdaExpr: ("arguments", "body"),
    n.ListComprehension: ("generator",),
    n.ListExpr: ("items",),
    n.MatchStmt: ("subject", "patterns", "guards", "bodies"),
    n.MemberExpr: ("expr",),
    n.OpExpr: ("left", "right"),
    n.OperatorAssignmentStmt: ("lvalue", "rvalue"),
    n.OverloadedFuncDef: ("items", "impl"),
    n.RaiseStmt: ("expr", "from_expr"),
    n.ReturnStmt: ("expr",),
    n.RevealExpr: ("expr",),
    n.SetComprehension: ("generator",),
    n.SetExpr: ("items",),
    n.SliceExpr: ("begin_index", "end_index", "stride"),
    n.StarExpr: ("expr",),
    n.SuperExpr: ("call",),
    n.TemplateStrExpr: ("items",),
    n.TryStmt: ("body", "types", "vars", "handlers", "else_body", "finally_body"),
    n.TupleExpr: ("items",),
    n.TypeApplication: ("expr",),
    n.UnaryExpr: ("expr",),
    n.WhileStmt: ("expr", "body", "else_body"),
    n.WithStmt: ("expr", "target", "body"),
    n.YieldExpr: ("expr",),
    n.YieldFromExpr: ("expr",),
    p.AsPattern: ("pattern", "name"),
    p.ClassPattern: ("class_ref", "positionals", "keyword_values"),
    p.MappingPattern: ("keys", "values", "rest"),
    p.OrPattern: ("patterns",),
    p.SequencePattern: ("patterns",),
    p.StarredPattern: ("capture",),
    p.ValuePattern: ("expr",),
}


def walk(top: n.Node) -> Iterator[n.Node]:
    """Yield a node and all that it is made of, each after what it is a part of."""
    found = [top]
    # It grows as it is walked over.
    for node in found:
        yield node
        for name in PARTS.get(type(node), ()):
            _collect(getattr(node, name), found)


def _collect(part: object, found: list[n.Node]) -> None:
    if isinstance(part, n.Node):
        found.append(part)
    elif isinstance(part, list | tuple):
        for each in part:
            _collect(each, found)
