namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Something wrong in a script that GRUB reports without stopping.</summary>
/// <param name="Where">The file and line; in the body of an entry, the line of the body.</param>
/// <param name="Entry">The title of the entry whose body has the problem; empty if it is in no body.</param>
/// <param name="Reason">The problem.</param>
internal sealed record GrubProblem(string Where, string Entry, string Reason);
