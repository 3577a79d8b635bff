namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>A command with its arguments.</summary>
/// <param name="Interpreter">The interpreter that executes it.</param>
/// <param name="Name">The command's name.</param>
/// <param name="Arguments">The arguments, with variables expanded.</param>
internal sealed record GrubCall(GrubInterpreter Interpreter, string Name, IReadOnlyList<string> Arguments)
{
    /// <summary>The text between braces after the arguments; null if there is none.</summary>
    public string? Block { get; init; }

    /// <summary>Variables among the arguments that were unset or empty.</summary>
    public IReadOnlyList<string> EmptyVariables { get; init; } = [];

    public GrubState State => Interpreter.State;

    public GrubVariables Variables => Interpreter.State.Variables;
}

/// <summary>Executes a command by its name: one of GRUB's, a function of the script, or an assignment. An unknown command is not a failure.</summary>
internal static class GrubCommands
{
    private static readonly Dictionary<string, Func<GrubCall, int>> s_commands = new(
        [.. GrubLanguageCommands.All, .. GrubFileCommands.All, .. GrubBootCommands.All, .. GrubMenuCommands.All, .. GrubIdleCommands.All],
        StringComparer.Ordinal);

    public static int Execute(GrubInterpreter interpreter, GrubCommand command)
    {
        var expansion = interpreter.Expansion();
        var words = expansion.Expand(command.Words);
        var invert = words is ["!", ..];
        if (invert)
        {
            words.RemoveAt(0);
        }

        if (words.Count == 0)
        {
            interpreter.ErrorRemains |= invert;
            return invert ? GrubStatus.BadArgument : GrubStatus.Success;
        }

        var status = Execute(new GrubCall(interpreter, words[0], words[1..]) { Block = command.Block, EmptyVariables = expansion.Empty }, invert);
        interpreter.ErrorRemains = false;
        return status;
    }

    private static int Execute(GrubCall call, bool invert)
    {
        if (Run(call) is { } status)
        {
            return !invert ? status : status == GrubStatus.Success ? GrubStatus.False : GrubStatus.Success;
        }

        // An unknown command does not fail, not even with a `!` before it.
        var equals = call.Name.IndexOf('=', StringComparison.Ordinal);
        if (equals >= 0 && !IsSpecial(call.Name[..equals]))
        {
            call.Variables.Set(call.Name[..equals], call.Name[(equals + 1)..]);
        }

        return GrubStatus.Success;
    }

    /// <summary>Runs a command or function; null if there is none of that name. A block is one more argument to all but the commands that keep it.</summary>
    private static int? Run(GrubCall call)
    {
        if (call.Block is { } block && call.Name is not ("menuentry" or "submenu"))
        {
            call = call with { Arguments = [.. call.Arguments, $"{{{block}}}"], Block = null };
        }

        if (s_commands.TryGetValue(call.Name, out var command))
        {
            return command(call);
        }

        call.Interpreter.ErrorRemains = false;
        return call.State.Functions.TryGetValue(call.Name, out var body) ? call.Interpreter.Call(body, call.Arguments) : null;
    }

    /// <summary>Positional parameters cannot be assigned like variables.</summary>
    private static bool IsSpecial(string name) => name is "#" or "*" or "@" || (name.Length > 0 && char.IsAsciiDigit(name[0]));
}
