"""Reads what `print` of MKTXP and ours put on standard output: columns, rows and the lines below."""

import re
import unicodedata


def width(text):
    """Columns of a terminal, for texts of letters and East Asian characters."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


class Table:
    def __init__(self, columns):
        self.columns, self.rows = columns, []

    def cells(self, column):
        return [row[self.columns.index(column)] for row in self.rows]


def bordered(text):
    """(tables, other lines) of MKTXP's output."""
    tables, others, inside, gap = [], [], False, True
    for line in text.splitlines():
        if line.startswith("+"):
            # A table has three such lines: above, below the header (=) and below.
            inside = not inside if "=" not in line else True
        elif line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if inside and (not tables or tables[-1] is None):
                tables[-1:] = [Table(cells)]
            elif is_continuation(tables[-1], cells, gap):
                above = tables[-1].rows[-1]
                above[:] = [f"{one} {other}".strip() for one, other in zip(above, cells)]
            elif any(cells):
                tables[-1].rows.append(cells)
            gap = inside and not any(cells)
        elif line.strip():
            others.append(line.strip())
        if line.startswith("+") and not inside:
            tables.append(None)
    return [table for table in tables if table], others


def is_continuation(table, cells, gap):
    """Whether a line of a table goes on with the one cell that the line above has begun, instead of being a row."""
    filled = [at for at, cell in enumerate(cells) if cell]
    return not gap and len(filled) == 1 and len(cells) > 2 and bool(table.rows) and bool(table.rows[-1][filled[0]])


def plain(text):
    """(tables, other lines) of our output."""
    lines, tables, others, at = text.splitlines(), [], [], 0
    while at < len(lines):
        if at + 1 < len(lines) and re.fullmatch(r"=[= ]*", lines[at + 1]):
            spans = [match.span() for match in re.finditer("=+", lines[at + 1])]
            table = Table([cut(lines[at], *span) for span in spans])
            tables.append(table)
            at += 2
            # Groups are divided by one blank line; the text below stands behind one too, and begins without a second column.
            while at < len(lines) and not is_text(lines, at):
                if lines[at]:
                    table.rows.append([cut(lines[at], *span) for span in spans])
                at += 1
        else:
            if lines[at]:
                others.append(lines[at].strip())
            at += 1
    return tables, others


def is_text(lines, at):
    """Whether the summary begins: a line such as `Total entries: 3`."""
    return bool(re.fullmatch(r".+: .*\d.*", lines[at])) and "  " not in lines[at]


def cut(line, start, end):
    """What stands between two columns of the terminal."""
    result, place = "", 0
    for letter in line:
        if start <= place < end:
            result += letter
        place += width(letter)
    return result.strip()
