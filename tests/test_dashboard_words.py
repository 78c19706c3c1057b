"""Text from files is shown as it is, whatever is in it."""

import pandas as pd
import pytest

from dashboard.words import LONGEST, csv, drawn, file_name, one_line, plain, wrapped

JOINER = "\u2060"


@pytest.mark.parametrize("sign", list("!\"#$%&'()*+,-./;<=>?[\\]^_`{|}~"))
def test_every_sign_that_markdown_may_read_is_escaped(sign: str) -> None:
    assert plain(f"a{sign}b") == f"a\\{sign}b"


def test_markup_links_images_and_directives_become_text() -> None:
    for evil in ("[x](http://x.y)", "![x](http://x.y/z.png)", "<img src=x>", "$x^2$", ":red[x]", "# x", "- x", "`x`"):
        said = plain(evil).replace(JOINER, "")
        assert said.replace("\\", "") == evil
        assert all(said[i - 1] == "\\" for i, sign in enumerate(said) if not sign.isalnum() and sign not in " \\")


def test_addresses_and_names_of_emoji_are_kept_apart() -> None:
    for evil in ("https://x.y", "www.x.y", "me@x.y", ":smile:", ":material/home:"):
        assert evil not in plain(evil).replace("\\", "")
        assert plain(evil).replace("\\", "").replace(JOINER, "") == evil


def test_what_can_t_be_seen_and_what_is_very_long_is_cut() -> None:
    assert one_line("a\nb\x1b[2Jc\u202ed") == "a b [2Jc d"
    assert len(one_line("x" * 9000)) == LONGEST + 1


def test_plotly_s_own_markup_is_no_markup() -> None:
    assert drawn('<a href="x">y</a> & <b>') == '&lt;a href="x"&gt;y&lt;/a&gt; &amp; &lt;b&gt;'


def test_a_title_is_broken_between_words_and_escaped_in_each_line() -> None:
    assert wrapped("who sees <b> of it", 8) == "who sees<br>&lt;b&gt; of<br>it"
    assert wrapped("unbreakable", 4) == "unbreakable"


def test_a_spreadsheet_is_given_no_formula() -> None:
    rows = pd.DataFrame({"arm": ["=1+1", "@x", "+x", "-x", "fine"], "value": [-1.5, 2.0, 0.0, 1.0, 3.0]})
    lines = csv(rows).decode().splitlines()
    assert lines == ["arm,value", "'=1+1,-1.5", "'@x,2.0", "'+x,0.0", "'-x,1.0", "fine,3.0"]


def test_a_category_and_nothing_at_all_are_written_too() -> None:
    rows = pd.DataFrame({"arm": pd.Categorical(["a", "=b"])})
    assert csv(rows).decode().splitlines() == ["arm", "a", "'=b"]
    assert csv(rows.head(0)).decode().splitlines() == ["arm"]


def test_a_file_s_name_has_letters_that_every_system_takes() -> None:
    assert file_name("../a b/c: d?") == "a_b_c_d"
    assert file_name("///") == "figure"
