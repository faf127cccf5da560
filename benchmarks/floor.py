"""The floor under our pages: the same framework and server, with nothing of ours in it."""

from __future__ import annotations

from flask import Flask, Response, render_template_string, request
from flask_wtf import CSRFProtect, FlaskForm
from wtforms import StringField

ROWS = [{"title": f"Lesson {number}", "left": number} for number in range(20)]
PAGE = (
    "<!doctype html><title>x</title><ol>{% for row in rows %}<li>{{ row.title }}: {{ row.left }}</li>{% endfor %}</ol>"
)
FORM = "<form method=post>{{ form.hidden_tag() }}{{ form.name() }}</form>"

app = Flask(__name__)
app.secret_key = "the floor keeps no secrets"
CSRFProtect(app)


class OneField(FlaskForm):
    name = StringField()


@app.get("/healthz")
def hello() -> str:
    return "hello"


@app.get("/304")
def known() -> Response:
    return Response(status=304)


@app.get("/list")
def rows() -> str:
    return render_template_string(PAGE, rows=ROWS)


@app.route("/form", methods=["GET", "POST"])
def form() -> str:
    one = OneField()
    return "done" if request.method == "POST" and one.validate_on_submit() else render_template_string(FORM, form=one)
