using Stiefel.CommandLine;

namespace Stiefel.Cli.Containers;

/// <summary>One check of a ramdisk.</summary>
/// <param name="Name">What was checked.</param>
/// <param name="Passed">True if all is well.</param>
/// <param name="Text">What was found, or why it failed; empty if there is nothing to say.</param>
internal sealed record TrialCheck(string Name, bool Passed, string Text)
{
    /// <summary>The line for a person.</summary>
    public override string ToString() => Passed ? $"  ok      {Name}{(Text.Length == 0 ? "" : $" ({Text})")}" : $"  FAILED  {Name}: {Text}";

    /// <summary>The answer of `stiefel test-nspawn --json`.</summary>
    /// <param name="checks">All checks, in their order.</param>
    /// <param name="seconds">How long they took.</param>
    public static string Json(IReadOnlyList<TrialCheck> checks, double seconds) => JsonLine.Of(
        ("passed", checks.All(check => check.Passed)),
        ("milliseconds", (long)(seconds * 1000)),
        ("checks", checks.Select(object? (check) => new (string, object?)[] { ("name", check.Name), ("passed", check.Passed), ("text", check.Text) })));
}
