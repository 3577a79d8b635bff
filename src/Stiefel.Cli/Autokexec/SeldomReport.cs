namespace Stiefel.Cli.Autokexec;

/// <summary>Says the same line at most once a minute, so that a desktop that asks again and again does not fill the log. Thread-safe.</summary>
/// <param name="report">Receives the lines.</param>
internal sealed class SeldomReport(Action<string> report)
{
    // Bounds the memory, because a stranger may be able to cause many different reasons.
    private const int MostReasons = 64;

    private static readonly TimeSpan s_sayAgain = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _said = [];

    /// <summary>Says a line.</summary>
    public void Say(string line) => Say(line, line);

    /// <summary>Says a line for a reason, by which it is limited: a sender with ever new addresses does not make new reasons.</summary>
    public void Say(string reason, string line)
    {
        lock (_lock)
        {
            var isKnown = _said.TryGetValue(reason, out var at);
            if (isKnown ? Environment.TickCount64 - at > s_sayAgain.TotalMilliseconds : _said.Count < MostReasons)
            {
                _said[reason] = Environment.TickCount64;
                report(line);
            }
        }
    }
}
