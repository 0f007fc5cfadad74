"""The main job of `make run`: one order walks through the whole house, on real servers."""
