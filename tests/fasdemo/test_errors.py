from __future__ import annotations

import pytest

from fasdemo.errors import UserError


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (UserError("x.onnx does not exist."), "x.onnx does not exist."),
        (UserError("policy strict: unknown policy.", parameter="policy"), "--policy strict: unknown policy."),
        (UserError("retain_until: is missing.", parameter="retain_until"), "--retain-until: is missing."),
        (
            UserError("a needs depth; choose another model.", parameter="model"),
            "a needs depth; choose another model (--model).",
        ),
        (UserError("models differ.", parameter="model"), "models differ (--model)."),
    ],
)
def test_user_error_for_command_line_names_the_option(error: UserError, words: str) -> None:
    assert error.for_command_line() == words


def test_message_for_the_command_line_names_the_commands_own_options() -> None:
    error = UserError("no data: give `data` or `train_list`; use the key `all`.")
    assert error.for_command_line(("data", "train_list")) == "no data: give --data or --train-list; use the key `all`."
    elsewhere = UserError("data runs/x: no such folder; correct the path.", parameter="data")
    assert elsewhere.for_command_line(("folder",)) == "runs/x: no such folder; correct the path."
    assert elsewhere.for_command_line(("data",)) == "--data runs/x: no such folder; correct the path."
    assert error.for_command_line() == str(error)
