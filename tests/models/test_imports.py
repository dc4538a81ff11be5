import subprocess
import sys


def test_models_load_no_library_before_it_is_needed() -> None:
    heavy = "torch", "implicit", "sentence_transformers", "transformers", "huggingface_hub"
    code = (
        "import sys, recengine.models as m, recengine.text; m.make_recipe('als'); m.make_recipe('text');"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
