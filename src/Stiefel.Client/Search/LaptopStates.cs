using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Text;

namespace Stiefel.Client.Search;

/// <summary>What called laptops say that they do, as lines for the person (docs/protocol.md#what-the-laptop-does). Each is said once, until it changes. Thread-safe.</summary>
internal sealed class LaptopStates
{
    // Only holders of the key add laptops; the limit bounds the memory all the same.
    private const int MostLaptops = 64;

    // The last seconds of a countdown are told one by one, since a person may be about to look away.
    private const int Step = 10;
    private const int OneByOne = 5;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (uint Number, string Line)> _last = [];

    /// <summary>The line for a state; null if it was said already, or if the state is older than the last.</summary>
    /// <param name="state">The state.</param>
    /// <param name="laptop">The laptop that it is of.</param>
    public string? Describe(LaptopState state, LaptopIdentity laptop)
    {
        lock (_lock)
        {
            var isKnown = _last.TryGetValue(state.Id, out var last);
            if (isKnown ? state.Number < last.Number : _last.Count == MostLaptops)
            {
                return null;
            }

            var line = $"the laptop {WantedLaptop.Describe(laptop)} {Say(state)}";
            _last[state.Id] = (state.Number, line);
            return line == last.Line ? null : line;
        }
    }

    private static string Say(LaptopState state) => state.Stage switch
    {
        LaptopStage.Countdown => $"has warned its users: everything there is closed in {Rounded(state.Seconds)} s, unless one of them refuses",
        LaptopStage.Leaving => "closes everything and comes back to serve, which takes a minute",
        LaptopStage.HeldByProgram => $"stays in its own system while a program inhibits its shutdown ({Shown(state.Text)}); it is called again until that ends",
        LaptopStage.WaitsForPower => $"stays in its own system until it has more power ({Shown(state.Text)}); it is called again until then",
        LaptopStage.NotNow => $"stays in its own system: a person there said \"not now\" ({Minutes(state.Seconds)} min left); it is called again afterwards",
        _ => $"says: {Shown(state.Text)}",
    };

    private static int Rounded(int seconds) => seconds <= OneByOne ? seconds : (seconds + Step - 1) / Step * Step;

    private static int Minutes(int seconds) => (seconds + 59) / 60;

    private static string Shown(string text) => text.Length > 0 ? PrintableText.OneLine(text) : "it does not say which";
}
