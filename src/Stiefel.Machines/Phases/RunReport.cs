using System.Text.Json.Serialization;

namespace Stiefel.Machines.Phases;

/// <summary>The report of a run, for programs.</summary>
/// <param name="Result">`ok` or `failed`.</param>
/// <param name="Reason">Why the run failed; null if it did not.</param>
/// <param name="Firmware">How the desktop started.</param>
/// <param name="Payload">The program that made the payload's initramfs.</param>
/// <param name="RootDevice">The desktop's root device; null if it was not reached.</param>
/// <param name="TotalSeconds">Duration of the run in seconds.</param>
/// <param name="Phases">The phases in order of time.</param>
public sealed record RunReport(
    string Result, string? Reason, string Firmware, string Payload, string? RootDevice, double TotalSeconds, IReadOnlyList<Phase> Phases);

/// <summary>Serialization without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RunReport))]
public sealed partial class RunReportJson : JsonSerializerContext;
