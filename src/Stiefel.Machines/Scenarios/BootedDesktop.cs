namespace Stiefel.Machines.Scenarios;

/// <summary>What was seen on a desktop that runs the laptop's system.</summary>
/// <param name="LoginPrompt">The line on its console that asks who logs in.</param>
/// <param name="Root">What its root is mounted from.</param>
public sealed record BootedDesktop(string LoginPrompt, RootMount Root);
