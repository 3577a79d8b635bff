using System.Text.Json.Serialization;

namespace Stiefel.Machines.Phases;

/// <summary>A run for programs to read.</summary>
/// <param name="Result">`ok` or `failed`.</param>
/// <param name="Reason">Why it failed; null if it did not.</param>
/// <param name="Firmware">How the desktop started.</param>
/// <param name="Payload">What made the payload's initramfs.</param>
/// <param name="RootDevice">The desktop's root device; null if it was not reached.</param>
/// <param name="TotalSeconds">The whole run's seconds.</param>
/// <param name="Phases">In the order of time.</param>
public sealed record RunReport(
    string Result, string? Reason, string Firmware, string Payload, string? RootDevice, double TotalSeconds, IReadOnlyList<Phase> Phases);

/// <summary>Serialization without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RunReport))]
public sealed partial class RunReportJson : JsonSerializerContext;
