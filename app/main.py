"""The report's frame: page settings and navigation, nothing else."""

import streamlit as st

st.set_page_config(page_title="Storyline", layout="wide", initial_sidebar_state="collapsed")
st.navigation(
    [
        st.Page("views/loop.py", title="The loop", default=True),
        st.Page("views/delivery.py", title="Delivery", url_path="delivery"),
        st.Page("views/story.py", title="Story", url_path="story"),
        st.Page("views/writebacks.py", title="Write-backs", url_path="writebacks"),
        st.Page("views/health.py", title="Data health", url_path="health"),
    ],
    position="top",
).run()
