namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Something in a script that GRUB reports and goes on after.</summary>
/// <param name="Where">The file and line; of a body, the line in it.</param>
/// <param name="Entry">The entry whose body it is in; empty if it is in none.</param>
/// <param name="Reason">What it is.</param>
internal sealed record GrubProblem(string Where, string Entry, string Reason);
