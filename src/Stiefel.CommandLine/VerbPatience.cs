using System.CommandLine;
using System.Runtime.CompilerServices;

namespace Stiefel.CommandLine;

/// <summary>How long a verb may take to end after Ctrl-C or SIGTERM. The process ends then, whatever the verb still has to take back.</summary>
public static class VerbPatience
{
    private static readonly TimeSpan s_usual = TimeSpan.FromSeconds(2);

    private static readonly ConditionalWeakTable<Command, object> s_times = [];

    /// <summary>Grants a verb more time, because it must not end in the middle of its work.</summary>
    public static Command WithTimeToEnd(this Command verb, TimeSpan time)
    {
        s_times.AddOrUpdate(verb, time);
        return verb;
    }

    /// <summary>The time of a verb; two seconds if it was granted none.</summary>
    public static TimeSpan Of(Command verb) => s_times.TryGetValue(verb, out var time) ? (TimeSpan)time : s_usual;
}
