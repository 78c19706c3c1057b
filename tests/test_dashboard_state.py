"""The state of a page lives in the address."""

from streamlit.testing.v1 import AppTest

from dashboard.state import _key


def page() -> None:
    import streamlit as st

    from dashboard.state import choose, choose_flag, choose_many, choose_number, choose_part

    st.text(choose("harm", "Harm", ["hate", "lies"], keep=True))
    st.text(",".join(choose_many("arm", "Arms", ["a", "b", "c"])))
    st.text(str(choose_number("user", "Person", 0, 99, 7)))
    st.text(str(choose_flag("log", "Log")))
    st.text(choose_part("part", {"one": "First", "two": "Second"}))


def run(**address: "str | list[str]") -> AppTest:
    app = AppTest.from_function(page, default_timeout=30)
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


def shown(app: AppTest) -> list[str]:
    return [text.value for text in app.text]


DEFAULT = ["hate", "a,b,c", "7", "False", "one"]


def test_an_address_that_says_nothing_gives_the_defaults() -> None:
    app = run()
    assert shown(app) == DEFAULT
    assert not app.warning
    assert dict(app.query_params) == {}


def test_an_address_sets_the_widgets() -> None:
    app = run(harm="lies", arm=["c", "a"], user="12", log="1", part="two")
    assert shown(app) == ["lies", "a,c", "12", "True", "two"]
    assert app.selectbox(key=_key("harm")).value == "lies"


def test_a_widget_writes_to_the_address() -> None:
    app = run()
    app.selectbox(key=_key("harm")).select("lies").run()
    app.multiselect(key=_key("arm")).set_value(["b"]).run()
    app.number_input(key=_key("user")).set_value(3).run()
    app.toggle(key=_key("log")).set_value(True).run()
    assert shown(app)[:4] == ["lies", "b", "3", "True"]
    assert dict(app.query_params) == {"harm": "lies", "arm": "b", "user": "3", "log": "1"}


def test_the_address_wins_over_what_a_widget_said_before() -> None:
    app = run()
    app.selectbox(key=_key("harm")).select("lies").run()
    app.query_params["harm"] = "hate"
    assert shown(app.run())[0] == "hate"


def test_a_bad_link_gets_a_sentence_each_and_the_defaults() -> None:
    app = run(harm="x", arm="z", user="1000", log="yes", part="<b>")
    assert shown(app) == DEFAULT
    said = [warning.value.replace("\\", "") for warning in app.warning]
    assert [text.split(",")[0] for text in said] == [
        f"The link asks for {wrong}" for wrong in ("harm=x", "arm=z", "user=1000", "log=yes", "part=<b>")
    ]
    assert "it should be a whole number from 0 to 99" in said[2]


def test_a_very_long_or_strange_value_is_neither_believed_nor_said_back_in_full() -> None:
    for value in ("9" * 500, "1e3", "٣", "-", " 4", "0x1"):
        app = run(user=value)
        assert shown(app)[2] == "7"
        assert len(app.warning[0].value) < 400


def test_what_is_kept_goes_along_where_the_address_is_silent() -> None:
    app = run(harm="lies")
    del app.query_params["harm"]
    assert shown(app.run())[0] == "lies"
    assert app.query_params["harm"] == "lies"
