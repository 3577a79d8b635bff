namespace Stiefel.Protocol.Control;

/// <summary>The part that we read of problem details (RFC 9457), the control plane's errors.</summary>
/// <param name="Detail">One line for people; null if there is none.</param>
public sealed record ControlProblem(string? Detail = null);
