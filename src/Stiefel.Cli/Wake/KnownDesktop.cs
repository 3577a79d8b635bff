using Stiefel.Linux.Network;

namespace Stiefel.Cli.Wake;

/// <summary>A desktop that has called this laptop.</summary>
/// <param name="Name">The name of its stick's key.</param>
/// <param name="Card">The address of its network card.</param>
/// <param name="Interface">The laptop's interface that its call came by.</param>
internal sealed record KnownDesktop(string Name, MacAddress Card, string Interface);
