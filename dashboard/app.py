"""The app: its pages, and which is shown. `feedsim dashboard` starts it."""

import streamlit as st

from dashboard.look import MARK

# The blue that white words can stand on is too dark for words on a dark ground.
STYLE = "<style>[data-testid=stSliderThumbValue] { color: inherit }</style>"
ABOUT = "feedsim simulates a social feed: what ranks it, what harms spread in it, what holding them back costs."

st.set_page_config("feedsim", page_icon=MARK, layout="wide", menu_items={"About": ABOUT})
st.html(STYLE)

# The folder is not called pages: Streamlit would run by itself what lies in one of that name.
# Two more pages belong here in time: the company's decisions, and published facts beside what runs give.
PAGES = {
    "": [
        st.Page("views/studies.py", title="Studies", icon=":material/folder_open:", default=True),
        st.Page("views/whatif.py", title="What if", icon=":material/science:", url_path="whatif"),
    ],
    "Results": [
        st.Page("views/tradeoff.py", title="Engagement and harm", icon=":material/balance:", url_path="tradeoff"),
        st.Page("views/spread.py", title="Harm spread", icon=":material/hub:", url_path="spread"),
        st.Page("views/bias.py", title="Per-group bias", icon=":material/groups:", url_path="bias"),
        st.Page("views/operations.py", title="Operations", icon=":material/fact_check:", url_path="operations"),
        st.Page("views/feed.py", title="One feed", icon=":material/dynamic_feed:", url_path="feed"),
        st.Page("views/frontier.py", title="Sensitivity and frontier", icon=":material/tune:", url_path="frontier"),
    ],
}

st.navigation(PAGES).run()
