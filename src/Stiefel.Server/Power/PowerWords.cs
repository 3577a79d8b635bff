using Stiefel.Linux.Power;
using Stiefel.Protocol.Control;

namespace Stiefel.Server.Power;

/// <summary>The names of power states on the control plane.</summary>
internal static class PowerWords
{
    private static readonly Dictionary<PowerState, string> s_words = new()
    {
        [PowerState.Unknown] = PowerStates.Unknown,
        [PowerState.OnAc] = PowerStates.OnAc,
        [PowerState.OnBattery] = PowerStates.OnBattery,
        [PowerState.Low] = PowerStates.Low,
        [PowerState.Critical] = PowerStates.Critical,
    };

    public static string Of(PowerState state) => s_words[state];

    /// <returns>Null if no state has this name.</returns>
    public static PowerState? Read(string word)
    {
        foreach ((var state, var name) in s_words)
        {
            if (name == word)
            {
                return state;
            }
        }

        return null;
    }
}
