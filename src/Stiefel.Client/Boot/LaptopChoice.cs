using System.Net;
using Stiefel.Client.Search;

namespace Stiefel.Client.Boot;

/// <summary>Which laptop to boot from and how to reach it.</summary>
internal record LaptopChoice
{
    /// <summary>The key's file, or null for the only one in <see cref="Unlocking.KeyFile.DefaultDirectory"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The laptop's address, or null to search.</summary>
    public IPEndPoint? Server { get; init; }

    /// <summary>Which of several laptops that know the key.</summary>
    public WantedLaptop Laptop { get; init; } = WantedLaptop.Any;

    /// <summary>The only interface to search on, or null for all.</summary>
    public string? Interface { get; init; }
}
