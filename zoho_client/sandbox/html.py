"""The frame and the look of the stand-in's own pages."""

from html import escape

_STYLE = """
:root{color-scheme:light dark;--ink:#1c2530;--dim:#5d6b7a;--line:#dfe5ec;--bg:#f4f6f9;--card:#fff;
--accent:#0a6cc4}
@media(prefers-color-scheme:dark){:root{--ink:#e8edf3;--dim:#9aa8b7;--line:#2b3642;--bg:#12171d;
--card:#1a2129;--accent:#6fb7ff}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);
font:15px/1.5 system-ui,sans-serif}
header{display:flex;gap:.75rem;align-items:baseline;padding:1rem 1.25rem;background:var(--card);
border-bottom:3px solid var(--accent);flex-wrap:wrap}header a{color:inherit;text-decoration:none}
header b{font-size:1.05rem}header small,.note{color:var(--dim)}
main{max-width:70rem;margin:1.5rem auto;padding:0 1.25rem}main.narrow{max-width:30rem}
h1{font-size:1.4rem;line-height:1.2;margin:0 0 1rem}h2{font-size:1.05rem;margin:2rem 0 .5rem}
.card,fieldset{background:var(--card);border:1px solid var(--line);border-radius:8px}
.card{overflow-x:auto}fieldset{padding:.75rem 1rem;margin:1rem 0}legend{color:var(--dim)}
table{width:100%;border-collapse:collapse}th,td{padding:.5rem .75rem;text-align:left;
border-bottom:1px solid var(--line)}tr:last-child td{border-bottom:0}
th{color:var(--dim);font-weight:500;font-size:.85rem}td{overflow-wrap:anywhere}
a{color:var(--accent)}button,select{font:inherit;padding:.5rem .75rem;
border:1px solid var(--line);border-radius:6px;background:var(--card);color:inherit}
button{cursor:pointer;min-width:6rem}select{width:100%}
.primary{background:var(--accent);border-color:var(--accent);color:var(--card)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.buttons{display:flex;gap:.75rem;flex-wrap:wrap}ul{margin:0;padding-left:1.25rem}
nav{display:flex;gap:1rem;flex-wrap:wrap;margin-bottom:1rem}
"""


def escaped(value: object) -> str:
    """Text that is safe between tags and in attributes; nothing stays nothing."""
    return "" if value is None else escape(str(value))


def page(title: str, content: str, *, narrow: bool = False) -> str:
    """A whole page around its content, which must be escaped already."""
    return (
        "<!DOCTYPE html><html lang=en><head><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width,initial-scale=1">'
        f"<title>{escaped(title)} · stand-in for Zoho CRM</title><style>{_STYLE}</style></head>"
        "<body><header><a href=/><b>Stand-in for Zoho CRM</b></a>"
        "<small>for tests and the demo; not Zoho itself</small></header>"
        f"<main{' class=narrow' if narrow else ''}><h1>{escaped(title)}</h1>{content}</main>"
        "</body></html>"
    )


def table(heads: list[str], rows: list[list[str]]) -> str:
    """A table of cells, which must be escaped already."""
    head = "".join(f"<th>{escaped(one)}</th>" for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f"<div class=card><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
