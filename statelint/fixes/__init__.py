"""Mending programs: a rule's remedy as edits of the text, and the edits in the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from statelint.findings import Fix
    from statelint.fixes.code import Code
    from statelint.remedies import Remedy


def fix_for(code: Code, remedy: Remedy, targets: tuple[int, ...]) -> Fix | None:
    """The edits that a remedy asks for, spelled for the targeted generations of Keras.

    None where the program isn't written in a way that they can be made in.
    """
    from statelint import remedies
    from statelint.fixes import arguments, callbacks, inputs, layers, resets, rows, statements, states

    match remedy:
        case remedies.OneOf(choices=choices):
            fixes = (fix_for(code, choice, targets) for choice in choices)
            return next((fix for fix in fixes if fix is not None), None)
        case remedies.PassArgument():
            return arguments.pass_argument(code, remedy)
        case remedies.RemoveArgument():
            return arguments.remove_argument(code, remedy)
        case remedies.RenameArgument():
            return arguments.rename_argument(code, remedy)
        case remedies.DropCall():
            return arguments.drop_call(code, remedy)
        case remedies.FullBatches():
            return rows.full_batches(code, remedy)
        case remedies.Trim():
            return rows.trim(code, remedy)
        case remedies.SplitByHand():
            return rows.split_by_hand(code, remedy)
        case remedies.InputBefore():
            return inputs.input_before(code, remedy, targets)
        case remedies.GiveBatchSize():
            return inputs.give_batch_size(code, remedy)
        case remedies.PassCallback():
            return callbacks.pass_callback(code, remedy)
        case remedies.ResetBefore():
            return resets.reset_before(code, remedy, targets)
        case remedies.ResetLayers():
            return resets.reset_layers(code, remedy, targets)
        case remedies.AssignStates():
            return states.assign_states(code, remedy)
        case remedies.ReplaceLayer():
            return layers.replace_layer(code, remedy)
        case remedies.RemoveStatement():
            return statements.remove_statement(code, remedy)
        case remedies.MoveBeforeLoop():
            return statements.move_before_loop(code, remedy)
        case remedies.GuardReset():
            return resets.guard_reset(code, remedy, targets)
        case remedies.CallIt():
            return resets.call_it(code, remedy)
        case remedies.PassResetCallback():
            return callbacks.pass_reset_callback(code, remedy, targets)
        case remedies.AddHook():
            return callbacks.add_hook(code, remedy, targets)
        case remedies.RenameHook():
            return callbacks.rename_hook(code, remedy)
        case remedies.AddBase():
            return callbacks.add_base(code, remedy)
        case remedies.MakeInstance():
            return callbacks.make_instance(code, remedy)
        case remedies.WrapInLambda():
            return callbacks.wrap_in_lambda(code, remedy)
