namespace Stiefel.Machines.Scenarios;

/// <summary>The observations on a desktop that runs the laptop's system.</summary>
/// <param name="LoginPrompt">The login prompt on its console.</param>
/// <param name="Root">The mount of its root file system.</param>
public sealed record BootedDesktop(string LoginPrompt, RootMount Root);
