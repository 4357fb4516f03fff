"""The matrix of rights on screen: what a role may do, in pages and as a file, for administrators alone."""

from __future__ import annotations

MATRIX = "/access/matrix"


def test_a_role_is_shown_with_what_it_may_do(admin):
    main = admin.opens(f"{MATRIX}?role=contacts.editor&entity=contacts.contact").page.main
    rows = [[cell.text for cell in row.all("td")] for row in main.all("tr")]
    assert ["Delete", "—", "owner == $user"] in rows
    assert any(row[:2] == ["Change", "Owner"] for row in rows if row)
    assert "may do everything" in admin.opens(f"{MATRIX}?role=base.administrator").page.main.text
    nothing = admin.opens(f"{MATRIX}?role=contacts.reader&entity=base.tag").page.main.text
    assert "Nothing is granted" in nothing or "All records" in nothing


def test_long_ones_come_in_pages(admin):
    first = admin.opens(f"{MATRIX}?role=contacts.manager").page.main
    links = [link["href"] for link in first.all("a") if "offset=100" in link.get("href")]
    assert len(first.all("tr")) == 101
    second = admin.opens(links[0]).page.main
    assert first.all("tr")[1].text != second.all("tr")[1].text
    assert any("offset=0" in link.get("href") for link in second.all("a"))


def test_the_file_holds_all_of_it_and_is_for_administrators(admin, editor):
    sent = admin.opens(f"{MATRIX}.csv")
    assert sent.response.mimetype == "text/csv"
    lines = sent.response.text.splitlines()
    assert lines[0] == "\ufeffrole,entity,action,field,reach,where"
    assert "contacts.editor,contacts.contact,delete,,some,owner == $user" in lines
    assert "base.administrator,*,*,,all," in lines
    one = admin.opens(f"{MATRIX}.csv?role=contacts.editor&entity=contacts.contact").response.text.splitlines()
    assert all(line.startswith("contacts.editor,contacts.contact,") for line in one[1:])
    for path in (MATRIX, f"{MATRIX}.csv"):
        assert editor.opens(path).status == 403
